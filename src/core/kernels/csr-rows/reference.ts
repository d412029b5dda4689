import { type Csr, transpose } from "../../graph/csr";
import type { CsrNumbers } from "../csr-matmul/reference";

/**
 * Row p is row index[p] of the matrix. With `own` it is row 2 p, and row 2 p + 1 holds a one at column index[p] (nothing
 * where there is no such column): the rows of a product are then, two by two, the sum over the neighbours and the cell itself.
 */
export function csrRowsReference(
  { indptr, indices, data, nCols }: CsrNumbers & { readonly nCols: number },
  index: ArrayLike<number>,
  own: boolean,
): { rows: Csr; back: ReturnType<typeof transpose> } {
  const [starts, columns, values]: number[][] = [[0], [], []];
  for (let p = 0; p < index.length; p++) {
    for (let e = indptr[index[p]]; e < indptr[index[p] + 1]; e++) {
      columns.push(indices[e]);
      values.push(data[e]);
    }
    starts.push(columns.length);
    if (!own) continue;
    if (index[p] < nCols) {
      columns.push(index[p]);
      values.push(1);
    }
    starts.push(columns.length);
  }
  const rows = {
    nRows: starts.length - 1,
    nCols,
    indptr: Uint32Array.from(starts),
    indices: Uint32Array.from(columns),
    data: Float32Array.from(values),
  };
  return { rows, back: transpose(rows) };
}
