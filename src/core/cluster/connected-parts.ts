import type { WeightedGraph } from "./weighted-graph";

/** Splits each community into its connected parts; the part of each node, numbered from 0. */
export function connectedParts(graph: WeightedGraph, codes: Int32Array): Int32Array {
  const { nNodes, indptr, indices } = graph;
  const parts = new Int32Array(nNodes).fill(-1);
  const stack = new Uint32Array(nNodes);
  let nParts = 0;
  for (let seed = 0; seed < nNodes; seed++) {
    if (parts[seed] >= 0) continue;
    let depth = 0;
    stack[depth++] = seed;
    parts[seed] = nParts;
    while (depth > 0) {
      const v = stack[--depth];
      for (let e = indptr[v]; e < indptr[v + 1]; e++) {
        const u = indices[e];
        if (parts[u] >= 0 || codes[u] !== codes[v]) continue;
        parts[u] = nParts;
        stack[depth++] = u;
      }
    }
    nParts++;
  }
  return parts;
}
