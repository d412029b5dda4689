import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { tidy } from "../../nn/tensors";
import { inverseLengths } from "./normalize-rows";

/**
 * cos(p_i, t_i) of every row with its target, which is constant: the stop-gradient of BYOL and SimSiam.
 *
 * @param p        (nRows, channels)
 * @param targets  (nRows, channels); get no gradient
 * @returns        (nRows, 1); gradient in p: dy (t̂ - p̂ cos) / |p|, for which nothing as large as p is made and kept
 * @throws LabError("shape") if the shapes differ.
 */
export function rowCosines(p: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  assertShape("rowCosines targets", targets.shape, p.shape);
  const op = tf.customGrad((v, save) => {
    const x = v as tf.Tensor2D;
    const inverse = inverseLengths(x);
    const both = tf.mul<tf.Tensor2D>(inverse, inverseLengths(targets));
    const cosines = tf.mul<tf.Tensor2D>(tf.sum(tf.mul(x, targets), 1, true), both);
    (save as tf.GradSaveFunc)([x, targets, inverse, both, cosines]);
    return {
      value: cosines,
      gradFunc: (dy: tf.Tensor, [x, targets, inverse, both, cosines]: tf.Tensor[]) =>
        tidy(() => {
          const along = tf.mul(tf.mul(dy, cosines), tf.square(inverse));
          return tf.sub(tf.mul(targets, tf.mul(dy, both)), tf.mul(x, along));
        }),
    };
  });
  return op(p) as tf.Tensor2D;
}
