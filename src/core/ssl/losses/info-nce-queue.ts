import * as tf from "@tensorflow/tfjs-core";
import { lseOfKeys } from "../../kernels/similarity-lse";
import { normalizeRows } from "./normalize-rows";
import { rowCosines } from "./row-cosines";

/**
 * MoCo's loss of queries against their own keys and a queue of other cells' keys:
 *
 *   mean over the cells of  -log( e^{q̂·k̂/τ} / (e^{q̂·k̂/τ} + Σ_queue e^{q̂·k⁻/τ}) )
 *
 * @param queries  (nObs, channels), not yet of length 1
 * @param keys     (nObs, channels), of the momentum encoder, not yet of length 1; constant
 * @param queue    (nKeys, channels), keys of earlier steps, of length 1 as they were put in; constant
 * @param temperature  τ; 0.07 in MoCo, 0.2 in MoCo v2 and the study
 * @returns  scalar; gradient in the queries
 * Source: He et al. 2020, arXiv:1911.05722, eq. 1; equals lightly's NTXentLoss with a memory bank and detached keys.
 */
export function infoNceQueue(
  queries: tf.Tensor2D,
  keys: tf.Tensor2D,
  queue: tf.Tensor2D,
  { temperature }: { readonly temperature: number },
): tf.Scalar {
  const positive = tf.reshape(tf.div(rowCosines(queries, keys), temperature), [-1]);
  const negative = lseOfKeys(normalizeRows(queries), queue, temperature);
  // -log(e^p / (e^p + e^n)) = log(1 + e^(n - p))
  return tf.mean(tf.softplus(tf.sub(negative, positive)));
}
