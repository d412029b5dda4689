import { hash32 } from "../../random";
import type { Thinning } from "./thin-graph";

/**
 * Every edge is lost with probability `rate`, in both directions or in none: the draw is a hash of (seed, lower cell,
 * higher cell), so that it is the same in every layer, and in every batch that holds the edge.
 *
 * Source: Rong et al. 2020, arXiv:1907.10903 (DropEdge); symmetric as in PyTorch Geometric's
 *   dropout_edge(force_undirected=True).
 */
export function edgeDrop(rate: number, seed: number): Thinning {
  const key = hash32(seed);
  const threshold = rate * 2 ** 32;
  return (cell, neighbours, n, keep) => {
    for (let e = 0; e < n; e++) {
      const low = Math.min(cell, neighbours[e]);
      const high = Math.max(cell, neighbours[e]);
      if (hash32(hash32(low ^ key) ^ high) < threshold) keep[e] = 0;
    }
  };
}
