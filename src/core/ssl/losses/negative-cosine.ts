import * as tf from "@tensorflow/tfjs-core";
import { rowCosines } from "./row-cosines";

/**
 * -mean over the cells of cos(p_i, sg z_i): a prediction and the other view's projection, which is constant.
 *
 * SimSiam's loss is the mean of this for both views; BYOL's and BGRL's, 2 - 2 cos summed over the views, is 4 more than
 * four times that mean.
 *
 * @param p  predictions, (nObs, channels)
 * @param z  projections, (nObs, channels); get no gradient
 * @returns  scalar in [-1, 1]
 * Source: Chen & He 2021, arXiv:2011.10566, eq. 1; Grill et al. 2020, arXiv:2006.07733, eq. 2; equals lightly's
 *   NegativeCosineSimilarity with z detached.
 */
export function negativeCosine(p: tf.Tensor2D, z: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.mean(rowCosines(p, z)));
}
