import * as tf from "@tensorflow/tfjs-core";

/**
 * A tensor through which no gradient passes, as of a slow network: nothing that `compute` does is recorded, so that
 * nothing of it is kept for a backward pass.
 */
export function constant<T extends tf.Tensor>(compute: () => T): T {
  const op = tf.customGrad((anchor) => ({ value: compute(), gradFunc: () => [tf.zerosLike(anchor as tf.Tensor)] }));
  return op(tf.scalar(0)) as T;
}
