import * as tf from "@tensorflow/tfjs-core";

/** Sum over rows, shape (1, channels). Not differentiable. */
export function columnSums(x: tf.Tensor2D): tf.Tensor2D {
  return tf.sum(x, 0, true);
}

/** x + bias on every row, or x itself without one. Gradient of the bias: column sums. */
export function addBias(x: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor2D {
  if (bias === null) return x;
  const op = tf.customGrad((a, b) => ({
    value: tf.add(a as tf.Tensor, b as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [dy, tf.reshape(columnSums(dy as tf.Tensor2D), bias.shape)],
  }));
  return op(x, bias) as tf.Tensor2D;
}
