import type * as tf from "@tensorflow/tfjs-core";
import { ntXent } from "./nt-xent";

/**
 * GRACE's symmetric objective. For the cell i of view 1, u, with v its view 2 and θ the cosine over τ:
 *
 *   ℓ(u_i, v_i) = -log( e^{θ(u_i,v_i)} / (Σ_k e^{θ(u_i,v_k)} + Σ_{k≠i} e^{θ(u_i,u_k)}) ),  loss = mean of (ℓ(u,v) + ℓ(v,u)) / 2
 *
 * The negatives between and within the views together are all rows but i itself: this is NT-Xent of the two views, and
 * computed as such. The method differs from SimCLR in its views and its head.
 *
 * @param u, v  projections, (nObs, channels)
 * @param temperature  τ; 0.4 to 0.9 in the authors' settings
 * @returns  scalar; gradient in both
 * Source: Zhu et al. 2020, arXiv:2006.04131, eqs. 1-2; code CRIPAC-DIG/GRACE.
 */
export function grace(u: tf.Tensor2D, v: tf.Tensor2D, { temperature }: { readonly temperature: number }): tf.Scalar {
  return ntXent(u, v, { temperature });
}
