import * as tf from "@tensorflow/tfjs-core";
import { assertShape, LabError } from "../../errors";
import { crossProduct, diagonal, offDiagonalSquares } from "./cross-product";

/** 25, 25 and 1 in the paper. */
export interface VicregWeights {
  readonly invariance: number;
  readonly variance: number;
  readonly covariance: number;
}

const EPSILON = 1e-4;

/**
 * VICReg: views agree, every channel varies, no two channels say the same:
 *
 *   λ mean (z1 - z2)² + μ ½ Σ_views mean_c relu(1 - sqrt(Var_c + 1e-4)) + ν Σ_views Σ_{c≠d} Cov_cd² / channels
 *
 * Var and Cov over the cells, with N - 1 below; the mean square is over cells and channels.
 *
 * @param z1, z2  projections, (nObs, channels), at least two cells; not normalised
 * @returns  scalar; gradient in both
 * @throws LabError("shape") with one cell.
 * Source: Bardes et al. 2022, arXiv:2105.04906, eqs. 1-6, as in the authors' code: the invariance is a mean over channels
 *   and the variance term is halved, unlike eqs. 5-6; equals lightly's VICRegLoss.
 */
export function vicreg(z1: tf.Tensor2D, z2: tf.Tensor2D, weights: VicregWeights): tf.Scalar {
  assertShape("vicreg z2", z2.shape, z1.shape);
  if (z1.shape[0] < 2) throw new LabError("shape", "vicreg: the variance of a channel needs at least two cells.");
  const invariance = tf.mul(weights.invariance, tf.mean(tf.squaredDifference(z1, z2)));
  return tf.addN([invariance, spread(z1, weights), spread(z2, weights)]) as tf.Scalar;
}

/** The terms of one view; the diagonal of the covariance is the variance. */
function spread(z: tf.Tensor2D, { variance, covariance }: VicregWeights): tf.Scalar {
  const [n, channels] = z.shape;
  const centred = tf.sub<tf.Tensor2D>(z, tf.mean(z, 0, true));
  const cov = tf.div<tf.Tensor2D>(crossProduct(centred, centred), n - 1);
  const hinge = tf.mean(tf.relu(tf.sub(1, tf.sqrt(tf.add(diagonal(cov), EPSILON)))));
  return tf.add(tf.mul(variance / 2, hinge), tf.mul(covariance / channels, offDiagonalSquares(cov)));
}
