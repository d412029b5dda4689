import { type Csr, transpose } from "./csr";

/**
 * A square matrix with rows and columns in another order: entry (r, c) of the result is entry (order[r], order[c]) of the matrix.
 * Columns ascend in each row; entries listed twice stay twice, in their order.
 *
 * @param order  shape (nRows,), a permutation
 * Cost: O(nnz) time and memory.
 */
export function reorder({ nRows, nCols, indptr, indices, data }: Csr, order: Uint32Array): Csr {
  const rank = inverseOf(order);
  const moved = {
    nRows,
    nCols,
    indptr: new Uint32Array(nRows + 1),
    indices: new Uint32Array(indices.length),
    data: new Float32Array(data.length),
  };
  let to = 0;
  for (let r = 0; r < nRows; r++) {
    for (let e = indptr[order[r]]; e < indptr[order[r] + 1]; e++, to++) {
      moved.indices[to] = rank[indices[e]];
      moved.data[to] = data[e];
    }
    moved.indptr[r + 1] = to;
  }
  // each transposition sorts by counting
  const { from, ...sorted } = transpose(transpose(moved));
  return sorted;
}

/** Where each element stands in a permutation. */
export function inverseOf(order: Uint32Array): Uint32Array {
  const inverse = new Uint32Array(order.length);
  for (let r = 0; r < order.length; r++) inverse[order[r]] = r;
  return inverse;
}
