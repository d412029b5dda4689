import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { columnMoments, layerTail } from "../../kernels/layer-tail";
import { crossProduct, diagonal, offDiagonalSquares } from "./cross-product";

/**
 * Barlow Twins: the cross-correlation C of two views, over the cells, is drawn to the identity:
 *
 *   C = BN(z1)ᵀ BN(z2) / N,   loss = Σ_i (1 - C_ii)² + λ Σ_{i≠j} C_ij²
 *
 * BN has no weights of its own and divides by the population standard deviation of sqrt(variance + 1e-5).
 *
 * @param z1, z2  projections, (nObs, channels)
 * @param lambda  λ; 0.005 for the 8,192 channels of the paper. The second sum has (channels - 1) terms for each of the
 *   first, so that few channels want a larger one, of about 1 / channels.
 * @returns  scalar; gradient in both
 * Source: Zbontar et al. 2021, arXiv:2103.03230, eqs. 1-2; equals lightly's BarlowTwinsLoss.
 */
export function barlowTwins(z1: tf.Tensor2D, z2: tf.Tensor2D, { lambda }: { readonly lambda: number }): tf.Scalar {
  assertShape("barlowTwins z2", z2.shape, z1.shape);
  const c = tf.div<tf.Tensor2D>(crossProduct(standardize(z1), standardize(z2)), z1.shape[0]);
  const invariance = tf.sum(tf.square(tf.sub(1, diagonal(c))));
  return tf.add(invariance, tf.mul(lambda, offDiagonalSquares(c)));
}

function standardize(z: tf.Tensor2D): tf.Tensor2D {
  const channels = z.shape[1];
  const affine = { weight: tf.ones<tf.Rank.R1>([channels]), bias: tf.zeros<tf.Rank.R1>([channels]) };
  return layerTail(z, { norm: { ...columnMoments(z), affine, ofBatch: true } });
}
