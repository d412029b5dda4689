import { assertShape } from "../errors";
import type { SpatialGraph } from "../graph/spatial-graph";
import type { Codes } from "./contingency";

/** A neighbourhood graph among the cells that count; every row's weights sum to 1, or to 0 for a cell without any. */
export interface SpatialWeights {
  /** Cells that count, isolated ones as well. */
  readonly n: number;
  readonly cells: Uint32Array; // (n,), their numbers in the graph
  readonly indptr: Uint32Array; // (n + 1,)
  readonly indices: Uint32Array; // (nEdges,), places in `cells`
  /** Sum of all weights: how many cells have a neighbour. */
  readonly total: number;
}

/**
 * Row-normalised spatial weights, w_ij = 1 / (neighbours of i that count).
 *
 * @param counted  a cell with a negative code counts nowhere, neither as a row nor as a neighbour; all count when absent
 * Source: squidpy.gr.spatial_autocorr(transformation=True), libpysal's transform "r".
 */
export function spatialWeights(graph: SpatialGraph, counted?: Codes): SpatialWeights {
  if (counted) assertShape("Codes of the cells that count", [counted.length], [graph.nNodes]);
  const place = new Int32Array(graph.nNodes).fill(-1);
  const kept: number[] = [];
  for (let i = 0; i < graph.nNodes; i++) if (!counted || counted[i] >= 0) place[i] = kept.push(i) - 1;
  const indptr = new Uint32Array(kept.length + 1);
  const indices: number[] = [];
  let total = 0;
  kept.forEach((cell, i) => {
    for (let e = graph.indptr[cell]; e < graph.indptr[cell + 1]; e++) {
      const j = place[graph.indices[e]];
      if (j >= 0) indices.push(j);
    }
    indptr[i + 1] = indices.length;
    if (indptr[i + 1] > indptr[i]) total++;
  });
  return { n: kept.length, cells: Uint32Array.from(kept), indptr, indices: Uint32Array.from(indices), total };
}

/** One column of a row-major matrix at the cells that count, less its mean. */
export function centredColumn({ n, cells }: SpatialWeights, x: Float32Array, d: number, column: number): Float64Array {
  const z = new Float64Array(n);
  let mean = 0;
  for (let i = 0; i < n; i++) {
    z[i] = x[cells[i] * d + column];
    mean += z[i];
  }
  mean /= n;
  for (let i = 0; i < n; i++) z[i] -= mean;
  return z;
}

/** For every cluster, 1 at its cells and 0 elsewhere, less the mean. */
export function centredMembership({ n, cells }: SpatialWeights, codes: Codes, cluster: number): Float64Array {
  const z = Float64Array.from(cells, (cell) => (codes[cell] === cluster ? 1 : 0));
  const mean = z.reduce((sum, v) => sum + v, 0) / n;
  return z.map((v) => v - mean);
}

/** The clusters that occur, ascending. */
export function clustersAmong({ cells }: SpatialWeights, codes: Codes): number[] {
  return [...new Set(Array.from(cells, (cell) => codes[cell]))].sort((a, b) => a - b);
}

/** Mean of the numbers that are some; NaN of none. A variable that never varies has no autocorrelation to average. */
export function meanOfDefined(values: readonly number[] | Float64Array): number {
  let sum = 0;
  let n = 0;
  for (const v of values) {
    if (Number.isNaN(v)) continue;
    sum += v;
    n++;
  }
  return n === 0 ? Number.NaN : sum / n;
}
