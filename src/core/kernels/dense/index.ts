import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { type Attributes, registerReference, runKernel } from "../register";
import { denseReference } from "./reference";
import { registerDenseWasm } from "./wasm";

const NAMES = {
  plain: "LabDense",
  rightTransposed: "LabDenseRightTransposed",
  leftTransposed: "LabDenseLeftTransposed",
};
type Form = keyof typeof NAMES;

for (const form of Object.keys(NAMES) as Form[])
  registerReference(NAMES[form], ({ left, right }) => [denseReference(left, right, transposed(form))]);
registerDenseWasm(NAMES);

/**
 * Dense product y = x w.
 *
 * Differs from tf.matMul: on wasm a kernel of our own, which packs operands where tfjs needs a transposed copy of them
 * (its own forms with transposed operands are ten times slower). On WebGPU tfjs's shaders, which have all three forms.
 *
 * @param x  (nRows, nIn)
 * @param w  (nIn, nOut)
 * @returns  (nRows, nOut); gradients dy w^T and x^T dy
 * @throws LabError("shape") if the inner sizes differ.
 * Each sum runs in blocks of 256 terms, in order: the same input gives the same bits.
 */
export function dense(x: tf.Tensor2D, w: tf.Tensor2D): tf.Tensor2D {
  assertShape("dense w", w.shape, [x.shape[1], -1]);
  const op = tf.customGrad((a, b, save) => {
    (save as tf.GradSaveFunc)([a as tf.Tensor, b as tf.Tensor]);
    return {
      value: product("plain", a as tf.Tensor2D, b as tf.Tensor2D),
      gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => {
        const [x, w] = saved as tf.Tensor2D[];
        return [product("rightTransposed", dy, w), product("leftTransposed", x, dy)];
      },
    };
  });
  return op(x, w) as tf.Tensor2D;
}

/**
 * x^T y without a transposed copy of x. Not differentiable: it serves gradients written by hand.
 *
 * @param x  (nRows, nLeft)
 * @param y  (nRows, nRight)
 * @param symmetric  promises that the result is (y is x with its rows scaled): wasm then computes half of it
 * @returns  (nLeft, nRight)
 * @throws LabError("shape") if the numbers of rows differ, or of columns where the result is to be symmetric.
 */
export function transposedDense(x: tf.Tensor2D, y: tf.Tensor2D, { symmetric = false } = {}): tf.Tensor2D {
  assertShape("transposedDense y", y.shape, [x.shape[0], symmetric ? x.shape[1] : -1]);
  return product("leftTransposed", x, y, { symmetric: symmetric ? 1 : 0 });
}

/** Fewer rows than this do not repay packing w: one row by 256 x 500 takes tfjs 15 µs on wasm, the kernel 67 µs. */
const WORTH_PACKING = 8;

function product(form: Form, left: tf.Tensor2D, right: tf.Tensor2D, attributes: Attributes = {}): tf.Tensor2D {
  const { transposeLeft, transposeRight } = transposed(form);
  const [nRows, nCols] = [left.shape[transposeLeft ? 1 : 0], right.shape[transposeRight ? 0 : 1]];
  // tfjs binds no empty array on WebGPU, and there is nothing to sum
  if (left.size === 0 || right.size === 0) return tf.zeros([nRows, nCols]);
  const backend = tf.getBackend();
  if (backend === "webgpu" || (backend === "wasm" && form === "plain" && nRows < WORTH_PACKING))
    return tf.matMul(left, right, transposeLeft, transposeRight);
  return runKernel(NAMES[form], { left, right }, attributes)[0] as tf.Tensor2D;
}

function transposed(form: Form) {
  return { transposeLeft: form === "leftTransposed", transposeRight: form === "rightTransposed" };
}
