import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";

/**
 * Dense product y = x w, with a gradient that stays on the fast path.
 *
 * Differs from tf.matMul: tfjs differentiates it into products with transposed operands, which the wasm backend
 * runs ten times slower than transposing first; WebGPU has shaders for them, so there it keeps tfjs's form.
 *
 * @param x  (nRows, nIn)
 * @param w  (nIn, nOut)
 * @returns  (nRows, nOut); gradients dy w^T and x^T dy
 * @throws LabError("shape") if the inner sizes differ.
 */
export function dense(x: tf.Tensor2D, w: tf.Tensor2D): tf.Tensor2D {
  assertShape("dense w", w.shape, [x.shape[1], -1]);
  const op = tf.customGrad((a, b, save) => {
    (save as tf.GradSaveFunc)([a as tf.Tensor, b as tf.Tensor]);
    return {
      value: tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D),
      gradFunc: (dy: tf.Tensor, [x, w]: tf.Tensor[]) => {
        if (tf.getBackend() === "webgpu") return [tf.matMul(dy, w, false, true), tf.matMul(x, dy, true, false)];
        return [tf.matMul(dy, tf.transpose(w)), tf.matMul(tf.transpose(x), dy)];
      },
    };
  });
  return op(x, w) as tf.Tensor2D;
}
