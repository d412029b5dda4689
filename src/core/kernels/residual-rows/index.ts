import type * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { registerReference, runKernel } from "../register";
import { residualRowsReference } from "./reference";
import { registerResidualRowsWasm } from "./wasm";
import { registerResidualRowsWebGpu } from "./webgpu";

const NAME = "LabResidualRows";

registerReference(NAME, ({ codes, quadratic, linear, row }) => {
  const [nRows, channels] = codes.shape;
  const { residual, products } = residualRowsReference(codes.values, quadratic.values, linear.values, row.values);
  return [
    { shape: [nRows, channels], values: residual },
    { shape: [nRows, 1], values: products },
  ];
});
registerResidualRowsWasm(NAME);
registerResidualRowsWebGpu(NAME);

/**
 * For a quadratic form of every row d_r, q_r = d_r G and a linear term l_r + c:
 *
 *   residual_r = q_r + l_r + c,   product_r = d_r · (residual_r + l_r + c) = d_r G d_rᵀ + 2 d_r · (l_r + c),
 *
 * in one pass. For symmetric G twice the residual is the gradient of the product in d. Not differentiable: it serves gradients
 * written by hand.
 *
 * @param codes      d, (nRows, channels)
 * @param quadratic  q, of the same shape
 * @param linear     l, of the same shape
 * @param row        c, (1, channels)
 * @returns          residual (nRows, channels) and product (nRows, 1)
 * @throws LabError("shape") if shapes differ
 */
export function residualRows(
  codes: tf.Tensor2D,
  quadratic: tf.Tensor2D,
  linear: tf.Tensor2D,
  row: tf.Tensor2D,
): { residual: tf.Tensor2D; products: tf.Tensor2D } {
  assertShape("residualRows quadratic", quadratic.shape, codes.shape);
  assertShape("residualRows linear", linear.shape, codes.shape);
  assertShape("residualRows row", row.shape, [1, codes.shape[1]]);
  const [residual, products] = runKernel(NAME, { codes, quadratic, linear, row }) as tf.Tensor2D[];
  return { residual, products };
}
