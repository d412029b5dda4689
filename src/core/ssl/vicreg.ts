/**
 * @file VICReg: two views agree, while every channel keeps a variance of at least one and channels are uncorrelated. No
 * negatives: what keeps the views from agreeing on nothing is said of each view by itself.
 *
 * Source: Bardes et al. 2022, arXiv:2105.04906, alg. 1; code facebookresearch/vicreg.
 * Differs: the projector is as wide as the encoder, where the authors' has 8,192 channels; the covariance term then weighs
 * less beside the others (docs/losses.md).
 */
import * as tf from "@tensorflow/tfjs-core";
import { jointEmbedding } from "./joint-embedding";
import { vicreg as vicregLoss } from "./losses/vicreg";
import { type VicregConfig, vicregInfo } from "./vicreg-config";

export const vicreg = jointEmbedding<VicregConfig>({
  id: "vicreg",
  source: "Bardes et al. 2022, arXiv:2105.04906, alg. 1",
  defaults: vicregInfo.defaults,
  // a bias at the end would cancel in every term
  projector: ({ encoder: { hidden }, config }) => ({
    widths: [hidden, hidden, hidden, config.projection],
    hidden: "norm relu",
    end: "nothing",
  }),
  loss(z1, z2, config) {
    // the last batch of an epoch may be a single cell, of which no variance can be taken
    if (z1.shape[0] < 2) return tf.mul(config.invariance, tf.mean(tf.squaredDifference(z1, z2)));
    return vicregLoss(z1, z2, config);
  },
});
