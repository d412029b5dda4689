import type { SpatialGraph } from "../graph/spatial-graph";
import type { Slice } from "../slice/slice";

/** A part of a tissue that hangs together. */
export interface TissuePart {
  readonly slice: Slice;
  readonly graph: SpatialGraph;
  /** Its cells in the whole. */
  readonly cells: Uint32Array;
}

/**
 * The `nCells` cells nearest to one in the middle of the slice's order, counted in hops along the graph, with the edges
 * among them. Cells keep their order, and the rows their genes. Where a component is used up, the next one begins.
 * Only what training reads is taken: counts, places and graph.
 *
 * Cost: O(entries and edges of the part).
 */
export function tissuePart(slice: Slice, graph: SpatialGraph, nCells: number): TissuePart {
  const cells = nearestByHops(graph, nCells);
  return { slice: rowsOf(slice, cells), graph: edgesAmong(graph, cells), cells };
}

/** Breadth first; ascending. */
function nearestByHops({ nNodes, indptr, indices }: SpatialGraph, nCells: number): Uint32Array {
  const seen = new Uint8Array(nNodes);
  const found = new Uint32Array(Math.min(nCells, nNodes));
  let [n, read] = [0, 0];
  const meet = (cell: number): void => {
    if (seen[cell] || n === found.length) return;
    seen[cell] = 1;
    found[n++] = cell;
  };
  for (let start = nNodes >> 1; n < found.length; start = (start + 1) % nNodes) {
    meet(start);
    for (; read < n; read++) for (let e = indptr[found[read]]; e < indptr[found[read] + 1]; e++) meet(indices[e]);
  }
  return found.sort();
}

function rowsOf(slice: Slice, cells: Uint32Array): Slice {
  const { X, nVars } = slice;
  const indptr = new Uint32Array(cells.length + 1);
  for (const [r, i] of cells.entries()) indptr[r + 1] = indptr[r] + X.indptr[i + 1] - X.indptr[i];
  const nnz = indptr[cells.length];
  const indices = new (X.indices.constructor as typeof Uint32Array)(nnz);
  const data = new (X.data.constructor as typeof Float32Array)(nnz);
  for (const [r, i] of cells.entries()) {
    indices.set(X.indices.subarray(X.indptr[i], X.indptr[i + 1]), indptr[r]);
    data.set(X.data.subarray(X.indptr[i], X.indptr[i + 1]), indptr[r]);
  }
  const section = { ...slice.section, codes: Int32Array.from(cells, (i) => slice.section.codes[i]) };
  const spatial = Float32Array.from({ length: 2 * cells.length }, (_, c) => slice.spatial[2 * cells[c >> 1] + (c % 2)]);
  return { ...slice, nObs: cells.length, nVars, X: { indptr, indices, data }, spatial, obs: [], section };
}

function edgesAmong(graph: SpatialGraph, cells: Uint32Array): SpatialGraph {
  const row = new Int32Array(graph.nNodes).fill(-1);
  for (const [r, i] of cells.entries()) row[i] = r;
  const indptr = new Uint32Array(cells.length + 1);
  const indices: number[] = [];
  const distances: number[] = [];
  for (const [r, i] of cells.entries()) {
    for (let e = graph.indptr[i]; e < graph.indptr[i + 1]; e++) {
      const target = row[graph.indices[e]];
      if (target < 0) continue;
      indices.push(target);
      distances.push(graph.distances[e]);
    }
    indptr[r + 1] = indices.length;
  }
  return {
    nNodes: cells.length,
    indptr,
    indices: Uint32Array.from(indices),
    distances: Float32Array.from(distances),
  };
}
