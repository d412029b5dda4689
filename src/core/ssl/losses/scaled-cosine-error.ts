import * as tf from "@tensorflow/tfjs-core";
import { rowCosines } from "./row-cosines";

/**
 * Mean over the cells of (1 - cos(x̂_i, x_i))^γ: what is rebuilt already counts less, the more so with a larger γ.
 *
 * @param rebuilt   x̂, (nCells, nVars), of the masked cells
 * @param original  x, (nCells, nVars); gets no gradient
 * @param gamma     γ >= 1; 1 to 3 in the authors' settings
 * @returns         scalar; gradient in x̂
 * Source: Hou et al. 2022, arXiv:2205.10803, eq. 2; code THUDM/GraphMAE.
 */
export function scaledCosineError(
  rebuilt: tf.Tensor2D,
  original: tf.Tensor2D,
  { gamma }: { readonly gamma: number },
): tf.Scalar {
  // rounding may put the cosine above 1, and a power of what is below 0 is not a number
  const error = tf.relu(tf.sub(1, rowCosines(rebuilt, original)));
  return tf.mean(gamma === 1 ? error : tf.pow(error, gamma));
}
