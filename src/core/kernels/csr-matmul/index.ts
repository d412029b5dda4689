import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import type { DeviceCsr, DeviceCsrArrays } from "../device-csr";
import { registerReference, runKernel } from "../register";
import { csrMatmulReference } from "./reference";
import { registerCsrMatmulWasm } from "./wasm";
import { registerCsrMatmulWebGpu } from "./webgpu";

const NAME = "LabCsrMatmul";

registerReference(NAME, ({ indptr, indices, data, x }) => {
  const [nRows, nChannels] = [indptr.shape[0] - 1, x.shape[1]];
  const csr = { nRows, indptr: indptr.values, indices: indices.values, data: data.values };
  return [{ shape: [nRows, nChannels], values: csrMatmulReference(csr, x.values, nChannels) }];
});
registerCsrMatmulWasm(NAME);
registerCsrMatmulWebGpu(NAME);

/**
 * Sparse-dense product y = A x. One kernel serves expression times weight and aggregation over neighbours.
 *
 * @param a  sparse (nRows, nCols), constant
 * @param x  dense (nCols, nChannels), float32
 * @returns  dense (nRows, nChannels); empty rows are zero. Gradient in x: A^T dy.
 * @throws LabError("shape") if x does not have nCols rows.
 * Cost: O(nnz * nChannels). Sums run in CSR order: the same input gives the same bits.
 */
export function csrMatmul(a: DeviceCsr, x: tf.Tensor2D): tf.Tensor2D {
  assertShape("csrMatmul x", x.shape, [a.nCols, -1]);
  const apply = ({ indptr, indices, data }: DeviceCsrArrays, v: tf.Tensor): tf.Tensor2D =>
    runKernel(NAME, { indptr, indices, data, x: v })[0] as tf.Tensor2D;
  const op = tf.customGrad((v) => ({
    value: apply(a, v as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [apply(a.transposed, dy)],
  }));
  return op(x) as tf.Tensor2D;
}
