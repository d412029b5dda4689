/**
 * @file Deep Graph Infomax: a summary of the tissue tells its cells from those of a corrupted tissue, in which expression is
 * shuffled among the places.
 *
 * Source: Velickovic et al. 2019, arXiv:1809.10341, eqs. 1-3; code PetarV-/DGI.
 * Differs: the encoder is the lab's, whose last layer has no activation, where the authors' is one layer with a PReLU.
 * The summary of a batch is that of its target cells. Running statistics follow the true tissue alone, since that is what is
 * embedded.
 */
import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../kernels/dense";
import { uploadRows } from "../kernels/expression";
import { type Encoded, updateRunningStatistics } from "../nn/encoder";
import { glorot } from "../nn/init";
import { initEncoder } from "../nn/init-encoder";
import { underPrefix, withPrefix } from "../nn/tensors";
import { type Rng, shuffle } from "../random";
import { type DgiConfig, dgiInfo } from "./dgi-config";
import type { GraphBatch } from "./graph-batch";
import { dgi as dgiLoss } from "./losses/dgi";
import type { SslMethod } from "./method";
import { type BatchView, embedPlainly, encodeView, plainView } from "./two-views";

interface Views {
  readonly real: BatchView;
  readonly corrupted: BatchView;
}

interface Outputs {
  readonly real: tf.Tensor2D; // embedding of the targets
  readonly corrupted: tf.Tensor2D;
  readonly discriminator: tf.Tensor2D; // W
  readonly statistics: Encoded["statistics"];
}

const WEIGHT = "discriminator.weight";

export const dgi: SslMethod<DgiConfig, Views, Outputs> = {
  id: "dgi",
  source: "Velickovic et al. 2019, arXiv:1809.10341, eqs. 1-3; PetarV-/DGI",
  defaults: dgiInfo.defaults,

  init({ encoder }, _batch, rng) {
    const { weights, buffers } = initEncoder(encoder, rng);
    const { hidden } = encoder;
    return {
      weights: { ...withPrefix("encoder", weights), [WEIGHT]: glorot([hidden, hidden], hidden, hidden, rng) },
      buffers: withPrefix("encoder", buffers),
    };
  },

  augment: (batch, _config, rng) => ({ real: plainView(batch), corrupted: shuffledView(batch, rng) }),

  forward(params, { real, corrupted }, { encoder }, mode) {
    const first = encodeView(params, real, encoder, mode, 0);
    const second = encodeView(params, corrupted, encoder, mode, 1);
    return {
      real: first.embedding,
      corrupted: second.embedding,
      // outputs are freed after the step, the weight is not theirs
      discriminator: params.weights[WEIGHT].clone() as tf.Tensor2D,
      statistics: first.statistics,
    };
  },

  loss: ({ real, corrupted, discriminator }) => dgiLoss(real, corrupted, discriminator),

  update: ({ buffers }, { statistics }) =>
    withPrefix("encoder", updateRunningStatistics(underPrefix("encoder", buffers), statistics)),

  embed: (params, batch, { encoder }) => embedPlainly(params, batch, encoder),

  /** -log σ(hᵀ W s). */
  cellLosses(params, batch, { encoder }) {
    const { embedding } = encodeView(params, plainView(batch), encoder, { kind: "evaluation" });
    const summary = tf.sigmoid(tf.mean(embedding, 0, true)) as tf.Tensor2D;
    const direction = dense(params.weights[WEIGHT] as tf.Tensor2D, tf.transpose(summary));
    return tf.reshape(tf.softplus(tf.neg(dense(embedding, direction))), [-1]);
  },
};

/** Every place of the batch with the expression of a cell drawn without replacement. */
function shuffledView(batch: GraphBatch, rng: Rng): BatchView {
  const cells = batch.cells.slice();
  shuffle(cells.subarray(0, batch.nObs), rng);
  return { batch, rows: uploadRows(batch.x, cells), graphs: batch.graphs };
}
