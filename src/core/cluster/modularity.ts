import type { WeightedGraph } from "./weighted-graph";

/**
 * Modularity of a partition: the share of edge weight inside communities, less what chance would put there.
 *
 * @param codes       community of each node, shape (nNodes,), 0 .. any
 * @param resolution  weight of the chance term; 1 is the common modularity
 * @returns           Q = 1/2m sum_ij (A_ij - resolution k_i k_j / 2m) [same community]; 0 for a graph without edges
 * Source: Newman & Girvan 2004; with resolution, Reichardt & Bornholdt 2006 (configuration null model).
 */
export function modularity(graph: WeightedGraph, codes: Int32Array, resolution = 1): number {
  const { nNodes, indptr, indices, weights, strength, totalWeight } = graph;
  if (totalWeight === 0) return 0;
  let nCodes = 0;
  for (let v = 0; v < nNodes; v++) nCodes = Math.max(nCodes, codes[v] + 1);
  const strengthOf = new Float64Array(nCodes);
  let inside = 0;
  for (let v = 0; v < nNodes; v++) {
    strengthOf[codes[v]] += strength[v];
    for (let e = indptr[v]; e < indptr[v + 1]; e++) if (codes[indices[e]] === codes[v]) inside += weights[e];
  }
  let chance = 0;
  for (let c = 0; c < nCodes; c++) chance += strengthOf[c] * strengthOf[c];
  return inside / totalWeight - (resolution * chance) / (totalWeight * totalWeight);
}
