import * as tf from "@tensorflow/tfjs-core";
import { tidy } from "../../nn/tensors";

/** Below this length a row counts as this long, as in torch.nn.functional.normalize. */
const SHORTEST = 1e-12;

/**
 * ẑ_i = z_i / |z_i|, every row brought to length 1.
 *
 * @param z  (nRows, channels)
 * @returns  (nRows, channels); gradient (dy - ẑ (ẑ · dy)) / |z|, for which ẑ and one number per row are kept
 */
export function normalizeRows(z: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad((v, save) => {
    const inverse = inverseLengths(v as tf.Tensor2D);
    const unit = tf.mul<tf.Tensor2D>(v as tf.Tensor2D, inverse);
    (save as tf.GradSaveFunc)([unit, inverse]);
    return {
      value: unit,
      gradFunc: (dy: tf.Tensor, [unit, inverse]: tf.Tensor[]) =>
        tidy(() => tf.mul(tf.sub(dy, tf.mul(unit, tf.sum(tf.mul(unit, dy), 1, true))), inverse)),
    };
  });
  return op(z) as tf.Tensor2D;
}

/** 1 / |z_i|, shape (nRows, 1). */
export function inverseLengths(z: tf.Tensor2D): tf.Tensor2D {
  return tf.reciprocal(tf.maximum(tf.sqrt(tf.sum(tf.square(z), 1, true)), SHORTEST));
}
