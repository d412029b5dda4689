import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import type { DeviceCsr, DeviceCsrArrays } from "../device-csr";
import { type HostArray, registerReference, runKernel } from "../register";
import { csrMatmulReference } from "./reference";
import { registerCsrMatmulWasm } from "./wasm";
import { registerCsrMatmulWebGpu } from "./webgpu";

/** A x from (indptr, indices, data, x), and A^T x from the same with the transposed matrix as back…. */
const NAMES = { forward: "LabCsrMatmul", transposed: "LabCsrMatmulTransposed" };

const multiply = (indptr: HostArray, indices: HostArray, data: HostArray, x: HostArray): HostArray[] => {
  const [nRows, nChannels] = [indptr.shape[0] - 1, x.shape[1]];
  const csr = { nRows, indptr: indptr.values, indices: indices.values, data: data.values };
  return [{ shape: [nRows, nChannels], values: csrMatmulReference(csr, x.values, nChannels) }];
};
registerReference(NAMES.forward, ({ indptr, indices, data, x }) => multiply(indptr, indices, data, x));
registerReference(NAMES.transposed, ({ backIndptr, backIndices, backData, x }) =>
  multiply(backIndptr, backIndices, backData, x),
);
registerCsrMatmulWasm(NAMES);
registerCsrMatmulWebGpu(NAMES);

type Arrays = Pick<DeviceCsrArrays, "indptr" | "indices" | "data">;

/**
 * Sparse-dense product y = A x. One kernel serves expression times weight and aggregation over neighbours.
 *
 * @param a  sparse (nRows, nCols), constant
 * @param x  dense (nCols, nChannels), float32
 * @returns  dense (nRows, nChannels); empty rows are zero. Gradient in x: A^T dy.
 * @throws LabError("shape") if x does not have nCols rows.
 * Cost: O(nnz * nChannels). Sums run in CSR order: the same input gives the same bits.
 */
export function csrMatmul(
  a: Pick<DeviceCsr, "nCols" | "nnz" | "likelyEntries"> & Arrays & { readonly transposed: Arrays },
  x: tf.Tensor2D,
): tf.Tensor2D {
  assertShape("csrMatmul x", x.shape, [a.nCols, -1]);
  const { indptr, indices, data, transposed } = a;
  const back = { backIndptr: transposed.indptr, backIndices: transposed.indices, backData: transposed.data };
  const attributes = { entries: a.likelyEntries ?? a.nnz };
  const matrix = { indptr, indices, data, ...back };
  const op = tf.customGrad((v, save) => {
    const value = runKernel(NAMES.forward, { indptr, indices, data, x: v as tf.Tensor }, attributes)[0];
    (save as tf.GradSaveFunc)(Object.values(matrix)); // for the matrix may belong to a scope that ends before
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const own = Object.fromEntries(Object.keys(matrix).map((name, k) => [name, saved[k]]));
      return [runKernel(NAMES.transposed, { ...own, x: dy }, attributes)[0]];
    };
    return { value, gradFunc };
  });
  return op(x) as tf.Tensor2D;
}
