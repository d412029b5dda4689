import * as tf from "@tensorflow/tfjs-core";
import { assertShape } from "../../errors";
import { lseOfOthers } from "../../kernels/similarity-lse";
import { normalizeRows } from "./normalize-rows";

/**
 * Normalised temperature-scaled cross-entropy of two views of the same cells:
 *
 *   mean over all 2 N rows i of  -log( e^{ẑ_i·ẑ_i'/τ} / Σ_{k≠i} e^{ẑ_i·ẑ_k/τ} ),  i' the other view of i's cell
 *
 * @param z1, z2  projections, (nObs, channels), not yet of length 1; one cell has no negatives, and a loss of 0
 * @param temperature  τ; 0.5 in lightly, 0.2 in the study
 * @returns  scalar; gradient in both
 * Source: Chen et al. 2020, arXiv:2002.05709, eq. 1; equals lightly's NTXentLoss.
 * Cost: time O(N² channels), memory O(N channels): the 2 N × 2 N similarities are never held.
 */
export function ntXent(z1: tf.Tensor2D, z2: tf.Tensor2D, { temperature }: { readonly temperature: number }): tf.Scalar {
  assertShape("ntXent z2", z2.shape, z1.shape);
  const [a, b] = [normalizeRows(z1), normalizeRows(z2)];
  const all = lseOfOthers(tf.concat([a, b], 0), temperature);
  // both views of a cell have the same positive, so that its mean over the cells is that over the rows
  const positive = tf.div(tf.sum(tf.mul(a, b)), temperature * z1.shape[0]);
  return tf.sub(tf.mean(all), positive);
}
