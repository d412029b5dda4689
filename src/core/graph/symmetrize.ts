import { transpose } from "./csr";
import type { SpatialGraph, Symmetrize } from "./spatial-graph";

/**
 * Makes a directed graph run both ways.
 *
 * - `union`         an edge if either direction is there
 * - `intersection`  an edge if both are
 * - `doubled`       the edge list and its reversed copy, never de-duplicated: exactly twice the edges, and a pair that
 *                   was there both ways counts twice in every sum (121,767 points at k = 6 give 1,461,204 edges)
 * - `none`          as it is
 *
 * Source: `doubled` is the edge list of the eight-method study (methods.md, section 0, item 2).
 */
export function symmetrize(graph: SpatialGraph, mode: Symmetrize): SpatialGraph {
  if (mode === "none") return graph;
  const { nNodes, indptr, indices, distances } = graph;
  const back = transpose({ nRows: nNodes, nCols: nNodes, indptr, indices, data: distances });

  const most = mode === "intersection" ? indices.length : 2 * indices.length;
  const outPtr = new Uint32Array(nNodes + 1);
  const outIndices = new Uint32Array(most);
  const outDistances = new Float32Array(most);
  let n = 0;
  const keep = (index: number, distance: number): void => {
    outIndices[n] = index;
    outDistances[n++] = distance;
  };
  for (let i = 0; i < nNodes; i++) {
    let a = indptr[i];
    let b = back.indptr[i];
    const endA = indptr[i + 1];
    const endB = back.indptr[i + 1];
    while (a < endA || b < endB) {
      const there = a < endA ? indices[a] : nNodes;
      const here = b < endB ? back.indices[b] : nNodes;
      if (there === here) {
        keep(there, distances[a]);
        if (mode === "doubled") keep(here, back.data[b]);
        a++;
        b++;
      } else if (there < here) {
        if (mode !== "intersection") keep(there, distances[a]);
        a++;
      } else {
        if (mode !== "intersection") keep(here, back.data[b]);
        b++;
      }
    }
    outPtr[i + 1] = n;
  }
  return n === most
    ? { nNodes, indptr: outPtr, indices: outIndices, distances: outDistances }
    : { nNodes, indptr: outPtr, indices: outIndices.slice(0, n), distances: outDistances.slice(0, n) };
}
