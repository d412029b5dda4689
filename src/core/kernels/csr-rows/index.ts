import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import type { csrMatmul } from "../csr-matmul";
import type { DeviceCsr } from "../device-csr";
import { registerReference, runKernel } from "../register";
import { csrRowsReference } from "./reference";
import { registerCsrRowsWasm } from "./wasm";

/**
 * The arrays of rows and of their transpose, with room to spare, from a matrix, its transpose and a choice of rows; the last,
 * `from` of that transpose, where the matrix's own is given.
 */
const NAME = "LabCsrRows";

registerReference(NAME, ({ indptr, indices, data, backIndptr, from, index }, { own }) => {
  const nCols = backIndptr.shape[0] - 1;
  const matrix = { indptr: indptr.values, indices: indices.values, data: data.values, nCols };
  const { rows, back } = csrRowsReference(matrix, index.values, own === 1);
  const arrays = [rows.indptr, rows.indices, rows.data, back.indptr, back.indices, back.data];
  if (from) arrays.push(back.from);
  const room = indices.shape[0] + own * index.shape[0];
  return arrays.map((array, k) => {
    const length = k === 0 || k === 3 ? array.length : room;
    const values = new (array instanceof Float32Array ? Float32Array : Int32Array)(length);
    values.set(array);
    return { shape: [length], values };
  });
});
registerCsrRowsWasm(NAME);

/**
 * Some rows of a matrix as a matrix, for products of which no other rows are wanted: the sums cost as much less, forward
 * and backward, and neither their rest nor a scattered gradient is written.
 *
 * @param a       (nRows, nCols)
 * @param choice  index (nOut,): rows of a, none twice; inverse (nRows,): where each went, -1 if nowhere
 * @param own     a row more behind each, with a one at its own number, empty where there is no such column: row 2 p of a
 *   product is the sum of row index[p], row 2 p + 1 the row of x itself
 * @returns       (nOut or 2 nOut, nCols), of the scope in which it is made. `nnz` counts the room, not the entries, and
 *   columns of its transpose list the rows in the order of a, their own last. null on WebGPU, where rows would be counted
 *   one after the other by a single thread: take all and choose.
 * @throws LabError("shape") if `inverse` does not have as many entries as a has rows.
 */
export function csrRows(
  a: DeviceCsr,
  { index, inverse }: { readonly index: tf.Tensor1D; readonly inverse: tf.Tensor1D },
  { own = false } = {},
): DeviceCsr | null {
  if (tf.getBackend() === "webgpu") return null;
  assertShape("csrRows inverse", inverse.shape, [a.nRows]);
  const { indptr, indices, data, transposed: t } = a;
  const back = { backIndptr: t.indptr, backIndices: t.indices, backData: t.data, from: t.from };
  const made = runKernel(NAME, { indptr, indices, data, ...back, index, inverse }, { own: own ? 1 : 0 });
  const [rowPtr, columns, values, columnPtr, rows, backValues, from] = made as tf.Tensor1D[];
  return {
    nRows: (own ? 2 : 1) * index.shape[0],
    nCols: a.nCols,
    nnz: columns.shape[0],
    likelyEntries: entriesOf(a, index.shape[0] / Math.max(1, a.nRows), own ? index.shape[0] : 0),
    indptr: rowPtr,
    indices: columns,
    data: values,
    maxDegree: Math.max(own ? 1 : 0, a.maxDegree),
    transposed: {
      indptr: columnPtr,
      indices: rows,
      data: backValues,
      from,
      maxDegree: t.maxDegree + (own ? 1 : 0),
    },
    dispose() {
      for (const tensor of made) tensor.dispose();
    },
  };
}

/** A matrix for `csrMatmul` alone. */
export type CsrFactor = Parameters<typeof csrMatmul>[0];

/**
 * Some columns of a matrix as a matrix, for products with an x whose other rows are zero and need not be there.
 *
 * @param a       (nRows, nCols)
 * @param choice  index (nOut,): columns of a, none twice; inverse (nCols,): where each went, -1 if nowhere
 * @param own     a column more behind each, with a one in the row of its own number, where there is one: with x (2 nOut, C), row i
 *   of the product is then the sum over the neighbours' rows 2 p, and what stands in its own row 2 p + 1
 * @returns       (nRows, nOut or 2 nOut), of the scope in which it is made; null on WebGPU, as `csrRows`
 * @throws LabError("shape") if `inverse` does not have as many entries as a has columns.
 */
export function csrColumns(
  a: DeviceCsr,
  { index, inverse }: { readonly index: tf.Tensor1D; readonly inverse: tf.Tensor1D },
  { own = false } = {},
): CsrFactor | null {
  if (tf.getBackend() === "webgpu") return null;
  assertShape("csrColumns inverse", inverse.shape, [a.nCols]);
  const { indptr, indices, data, transposed: t } = a;
  // the rows of the transpose, and back
  const back = { backIndptr: indptr, backIndices: indices, backData: data };
  const given = { indptr: t.indptr, indices: t.indices, data: t.data, ...back, index, inverse };
  const made = runKernel(NAME, given, { own: own ? 1 : 0 }) as tf.Tensor1D[];
  return {
    nCols: (own ? 2 : 1) * index.shape[0],
    nnz: made[4].shape[0],
    likelyEntries: entriesOf(a, index.shape[0] / Math.max(1, a.nCols), own ? index.shape[0] : 0),
    indptr: made[3],
    indices: made[4],
    data: made[5],
    transposed: { indptr: made[0], indices: made[1], data: made[2] },
  };
}

function entriesOf({ nnz, likelyEntries = nnz }: DeviceCsr, share: number, own: number): number {
  return Math.round(likelyEntries * share) + own;
}
