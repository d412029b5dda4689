import * as tf from "@tensorflow/tfjs-core";

/**
 * Gradients of f at `xs`, taken inside the gradient of another function. tfjs holds one tape at a time and throws the
 * outer one away with the inner one; here it is put back.
 *
 * @param dy  of f's shape
 */
export function nestedGradients(
  f: (...xs: tf.Tensor[]) => tf.Tensor,
  xs: readonly tf.Tensor[],
  dy: tf.Tensor,
): tf.Tensor[] {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    return tf.grads(f)([...xs], dy);
  } finally {
    state.activeTape = activeTape;
  }
}
