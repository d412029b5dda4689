import { LabError } from "../errors";
import { type Csr, transpose } from "../graph/csr";

/**
 * Undirected weighted graph on typed arrays: every edge stands in both rows, a self-loop once, with twice its weight.
 * So the weight inside a group of nodes is a plain sum over their rows, at every level of aggregation.
 */
export interface WeightedGraph {
  readonly nNodes: number;
  readonly indptr: Uint32Array; // (nNodes + 1,)
  readonly indices: Uint32Array;
  readonly weights: Float64Array;
  readonly strength: Float64Array; // (nNodes,), sum of the row
  readonly totalWeight: number; // sum of all rows, the 2m of the papers
}

/**
 * A symmetric CSR matrix as a graph to cluster; entries of weight 0 are left out.
 *
 * @throws LabError("shape") if it is not square, LabError("range") for a negative or infinite weight,
 *         LabError("format") if it is not symmetric
 */
export function weightedGraph(csr: Csr): WeightedGraph {
  const { nRows, nCols, indptr, indices, data } = csr;
  if (nRows !== nCols)
    throw new LabError("shape", `Graph to cluster: expected a square matrix, got [${nRows}, ${nCols}].`);
  for (let e = 0; e < data.length; e++)
    if (!(data[e] >= 0 && data[e] < Number.POSITIVE_INFINITY))
      throw new LabError("range", `Graph to cluster: edge ${e} has weight ${data[e]}, expected a number from 0 up.`);
  if (!isSymmetric(csr))
    throw new LabError(
      "format",
      "Graph to cluster: some edges have no equal counterpart in the other direction.",
      "Symmetrise the graph first (union or intersection).",
    );

  const keptPtr = new Uint32Array(nRows + 1);
  const kept = new Uint32Array(indices.length);
  const weights = new Float64Array(indices.length);
  let n = 0;
  for (let i = 0; i < nRows; i++) {
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      if (data[e] === 0) continue;
      kept[n] = indices[e];
      weights[n++] = data[e];
    }
    keptPtr[i + 1] = n;
  }
  return withStrength(nRows, keptPtr, kept.subarray(0, n), weights.subarray(0, n));
}

/**
 * Graph of groups: one node per group, edges summed, edges inside a group become its self-loop.
 *
 * @param groupOf  group of each node, shape (nNodes,), every one of 0 .. nGroups - 1 occurring
 */
export function aggregate(graph: WeightedGraph, groupOf: Int32Array, nGroups: number): WeightedGraph {
  const { nNodes, indptr, indices, weights } = graph;
  const start = new Uint32Array(nGroups + 1);
  for (let v = 0; v < nNodes; v++) start[groupOf[v] + 1]++;
  for (let g = 0; g < nGroups; g++) start[g + 1] += start[g];
  const members = new Uint32Array(nNodes);
  const next = start.slice(0, nGroups);
  for (let v = 0; v < nNodes; v++) members[next[groupOf[v]]++] = v;

  const outPtr = new Uint32Array(nGroups + 1);
  const outIndices = new Uint32Array(indices.length);
  const outWeights = new Float64Array(indices.length);
  const slot = new Int32Array(nGroups).fill(-1); // where this group's edge to another one stands
  let n = 0;
  for (let g = 0; g < nGroups; g++) {
    const first = n;
    for (let m = start[g]; m < start[g + 1]; m++) {
      const v = members[m];
      for (let e = indptr[v]; e < indptr[v + 1]; e++) {
        const other = groupOf[indices[e]];
        if (slot[other] < first) {
          slot[other] = n;
          outIndices[n++] = other;
        }
        outWeights[slot[other]] += weights[e];
      }
    }
    outPtr[g + 1] = n;
  }
  return withStrength(nGroups, outPtr, outIndices.slice(0, n), outWeights.slice(0, n));
}

function withStrength(nNodes: number, indptr: Uint32Array, indices: Uint32Array, weights: Float64Array): WeightedGraph {
  const strength = new Float64Array(nNodes);
  let totalWeight = 0;
  for (let v = 0; v < nNodes; v++) {
    let sum = 0;
    for (let e = indptr[v]; e < indptr[v + 1]; e++) sum += weights[e];
    strength[v] = sum;
    totalWeight += sum;
  }
  return { nNodes, indptr, indices, weights, strength, totalWeight };
}

function isSymmetric(csr: Csr): boolean {
  const other = transpose(csr);
  // the transpose of the transpose has ascending columns, as the transpose itself has: comparable entry by entry
  const same = transpose(other);
  for (let i = 0; i <= csr.nRows; i++) if (other.indptr[i] !== same.indptr[i]) return false;
  for (let e = 0; e < other.indices.length; e++)
    if (other.indices[e] !== same.indices[e] || other.data[e] !== same.data[e]) return false;
  return true;
}
