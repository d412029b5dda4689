import * as tf from "@tensorflow/tfjs-core";

/** x where x > 0, exp(x) - 1 elsewhere. Source: Clevert et al. 2016, arXiv:1511.07289, eq. 15. */
export function elu(x: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad((a, save) => {
    const y = tf.elu(a as tf.Tensor2D);
    (save as tf.GradSaveFunc)([y]);
    // the slope is 1 above zero and y + 1 below: no comparison, which is the slow part on wasm
    const gradFunc = (dy: tf.Tensor, [y]: tf.Tensor[]) => tf.mul(dy, tf.add(tf.minimum(y, 0), 1));
    return { value: y, gradFunc };
  });
  return op(x) as tf.Tensor2D;
}
