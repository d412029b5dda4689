import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { dense } from "../../kernels/dense";

/**
 * Deep Graph Infomax: cells of the tissue are told from cells of its corruption by a summary of the tissue,
 *
 *   s = σ(mean of h),  D(h_i) = h_iᵀ W s,  loss = -1 / 2N [ Σ log σ(D(h_i)) + Σ log(1 - σ(D(h̃_i))) ]
 *
 * @param h          embedding of the graph, (nObs, channels)
 * @param corrupted  h̃, embedding of the graph with its cells shuffled, (nObs, channels)
 * @param weight     W of the discriminator, (channels, channels)
 * @returns          scalar; gradient in all three, through the summary as well
 * Source: Velickovic et al. 2019, arXiv:1809.10341, eqs. 1-3; code PetarV-/DGI. Differs: the discriminator has no bias,
 *   as in the paper; the code has one, which starts at 0.
 */
export function dgi(h: tf.Tensor2D, corrupted: tf.Tensor2D, weight: tf.Tensor2D): tf.Scalar {
  assertShape("dgi corrupted", corrupted.shape, h.shape);
  const summary = tf.sigmoid<tf.Tensor2D>(tf.mean(h, 0, true));
  const direction = dense(weight, tf.transpose(summary)); // W s
  // -log σ(v) = softplus(-v), -log(1 - σ(v)) = softplus(v)
  const real = tf.mean(tf.softplus(tf.neg(dense(h, direction))));
  const shuffled = tf.mean(tf.softplus(dense(corrupted, direction)));
  return tf.div(tf.add(real, shuffled), 2);
}
