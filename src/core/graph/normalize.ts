import type { Csr } from "./csr";
import { addSelfLoops } from "./self-loops";
import type { SpatialGraph } from "./spatial-graph";

/** The graph as a matrix of ones, for layers that weigh edges themselves; edges listed twice stay twice. */
export function unweighted({ nNodes, indptr, indices }: SpatialGraph): Csr {
  return { nRows: nNodes, nCols: nNodes, indptr, indices, data: new Float32Array(indices.length).fill(1) };
}

/**
 * Weights 1 / √(dᵢ dⱼ), the matrix D^-½ (A + I) D^-½ of a graph convolution; d = length of the row.
 * On a directed graph d counts the cells a cell receives from. Rows without any entry stay empty.
 *
 * Source: Kipf & Welling 2017, eq. 2; PyTorch Geometric gcn_norm.
 */
export function gcnNormalized(graph: SpatialGraph, { selfLoops = true }: { selfLoops?: boolean } = {}): Csr {
  const { nNodes, indptr, indices } = selfLoops ? addSelfLoops(graph) : graph;
  const data = new Float32Array(indices.length);
  for (let i = 0; i < nNodes; i++) {
    const degree = indptr[i + 1] - indptr[i];
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      const j = indices[e];
      const other = indptr[j + 1] - indptr[j];
      data[e] = other === 0 ? 0 : 1 / Math.sqrt(degree * other);
    }
  }
  return { nRows: nNodes, nCols: nNodes, indptr, indices, data };
}

/** Weights 1 / dᵢ: row i times a matrix is the mean over the neighbours of i; isolated rows are empty, their mean 0. */
export function meanNormalized({ nNodes, indptr, indices }: SpatialGraph): Csr {
  const data = new Float32Array(indices.length);
  for (let i = 0; i < nNodes; i++) data.fill(1 / (indptr[i + 1] - indptr[i]), indptr[i], indptr[i + 1]);
  return { nRows: nNodes, nCols: nNodes, indptr, indices, data };
}
