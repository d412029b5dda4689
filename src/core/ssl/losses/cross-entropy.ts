import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";

/**
 * Softmax cross-entropy of each row:  log Σ_k e^{z_ik} - z_i,c_i
 *
 * @param logits  z, (nRows, nClasses)
 * @param codes   c, (nRows,), int32, each a class
 * @returns       (nRows, 1); gradient in z:  softmax(z_i) - onehot(c_i)
 * Source: torch.nn.functional.cross_entropy with reduction "none".
 */
export function crossEntropy(logits: tf.Tensor2D, codes: tf.Tensor1D): tf.Tensor2D {
  assertShape("crossEntropy codes", codes.shape, [logits.shape[0]]);
  const chosen = tf.cast(tf.oneHot(codes, logits.shape[1]), "float32");
  // by hand: the automatic gradient would keep four tensors of this size, one is enough
  const op = tf.customGrad((z, save) => {
    const top = tf.max(z as tf.Tensor, 1, true);
    const shifted = tf.sub(z as tf.Tensor, top);
    const exps = tf.exp(shifted);
    const sums = tf.sum(exps, 1, true);
    (save as tf.GradSaveFunc)([tf.sub(tf.div(exps, sums), chosen)]);
    return {
      value: tf.sub(tf.log(sums), tf.sum(tf.mul(shifted, chosen), 1, true)),
      gradFunc: (dy: tf.Tensor, [slope]: tf.Tensor[]) => [tf.mul(slope, dy)],
    };
  });
  return op(logits) as tf.Tensor2D;
}

/**
 * Their mean over the rows, each counted by its class's weight:  Σ_i w_c_i ce_i / Σ_i w_c_i
 *
 * @param weights  w_c_i of each row, (nRows,); null where all count alike
 * Source: torch.nn.functional.cross_entropy with `weight` and reduction "mean".
 */
export function meanCrossEntropy(logits: tf.Tensor2D, codes: tf.Tensor1D, weights: Float32Array | null): tf.Scalar {
  const each = crossEntropy(logits, codes);
  if (weights === null) return tf.mean(each);
  assertShape("crossEntropy weights", [weights.length], codes.shape);
  const total = weights.reduce((a, b) => a + b, 0);
  const shares = tf.tensor2d(
    weights.map((w) => w / total),
    [weights.length, 1],
  );
  return tf.sum(tf.mul(each, shares));
}
