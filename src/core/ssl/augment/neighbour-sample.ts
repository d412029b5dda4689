import { hash32 } from "../../random";
import type { Thinning } from "./thin-graph";

/**
 * At most `most` neighbours of every cell stay, uniform without replacement: those with the smallest hash of (seed, cell,
 * neighbour). A cell that hears another need not be heard by it.
 *
 * Source: Hamilton et al. 2017, arXiv:1706.02216. Differs: one draw serves all layers of a view.
 */
export function neighbourSample(most: number, seed: number): Thinning {
  const key = hash32(seed);
  let hashes = new Uint32Array(64);
  let ordered = new Uint32Array(64);
  return (cell, neighbours, n, keep) => {
    if (n > hashes.length) {
      hashes = new Uint32Array(2 * n);
      ordered = hashes.slice();
    }
    const own = hash32(cell ^ key);
    let present = 0;
    for (let e = 0; e < n; e++) {
      hashes[e] = hash32(own ^ neighbours[e]);
      if (keep[e] === 1) ordered[present++] = hashes[e];
    }
    if (present <= most) return;
    const last = ordered.subarray(0, present).sort()[most - 1];
    let room = most; // an edge that is listed twice has the same hash twice
    for (let e = 0; e < n; e++) if (keep[e] === 1) keep[e] = hashes[e] <= last && room-- > 0 ? 1 : 0;
  };
}
