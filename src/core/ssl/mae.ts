/**
 * @file Masked expression: all genes of a share of the cells are hidden, a graph encoder sees the rest,
 * a linear decoder rebuilds the hidden cells from their neighbourhood. No negatives, no collapse.
 *
 * Source: Richter et al. 2023 (SpatialSSL), eq. 1-2: whole cells masked, error on masked cells alone;
 * after He et al. 2022, arXiv:2111.06377.
 * Differs: the decoder starts at the mean expression, so that the first epochs are not spent on it; a hidden row may
 * be filled by a learned token that starts there too, as in GraphMAE, which starts it at zero.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { BatchStatistics } from "../nn/batch-norm";
import { encode, updateRunningStatistics } from "../nn/encoder";
import type { HiddenRows } from "../nn/features";
import { linearInit } from "../nn/init";
import { initEncoder } from "../nn/init-encoder";
import { decode, type LinearDecoder, squaredErrors } from "../nn/linear-decoder-mse";
import { type Params, underPrefix, withPrefix } from "../nn/tensors";
import { integer, type Rng } from "../random";
import type { GraphBatch } from "./graph-batch";
import { type MaeConfig, maeDefaults } from "./mae-config";
import type { SslMethod } from "./method";

interface Views {
  readonly batch: GraphBatch;
  readonly hidden: tf.Tensor2D; // (nObs, 1), 1 = hidden
  readonly nHidden: number;
}

interface Outputs {
  readonly errors: tf.Tensor2D; // squared error of each cell, summed over genes, (nObs, 1)
  readonly hidden: tf.Tensor2D;
  readonly nHidden: number;
  readonly nVars: number;
  readonly nObs: number;
  readonly statistics: readonly BatchStatistics[];
}

export const mae: SslMethod<MaeConfig, Views, Outputs> = {
  id: "mae",
  source: "Richter et al. 2023, eq. 1-2; arXiv:2111.06377",
  defaults: maeDefaults,

  init({ encoder, config }, batch, rng) {
    const { weights, buffers } = initEncoder(encoder, rng);
    const token = config.maskFill === "token" ? { mask_token: tf.reshape(batch.geneMeans, [1, -1]) } : {};
    return {
      weights: {
        ...withPrefix("encoder", weights),
        ...token,
        "decoder.weight": linearInit([encoder.hidden, encoder.nVars], encoder.hidden, rng),
        "decoder.bias": tf.clone(batch.geneMeans),
      },
      buffers: withPrefix("encoder", buffers),
    };
  },

  augment(batch, { maskRatio }, rng) {
    const nHidden = hiddenCount(batch.nObs, maskRatio);
    const order = drawOrder(batch.nObs, nHidden, rng);
    return { batch, hidden: markRows(order, 0, nHidden), nHidden };
  },

  forward(params, { batch, hidden, nHidden }, { encoder }, mode) {
    const features = { kind: "expression", x: batch.x, rows: hiddenRows(params, hidden) } as const;
    const { embedding, statistics } = encode(encoderOf(params), encoder, batch.graphs, features, mode);
    const errors = squaredErrors(batch.x, batch.rowSquares, embedding, decoderOf(params));
    return { errors, hidden, nHidden, nVars: batch.nVars, nObs: batch.nObs, statistics };
  },

  loss({ errors, hidden, nHidden, nVars }) {
    return tf.div(tf.sum(tf.mul(errors, hidden)), nHidden * nVars);
  },

  update({ buffers }, { statistics, nObs }) {
    return withPrefix("encoder", updateRunningStatistics(underPrefix("encoder", buffers), statistics, nObs));
  },

  embed(params, batch, { encoder }) {
    const features = { kind: "expression", x: batch.x, rows: null } as const;
    return encode(encoderOf(params), encoder, batch.graphs, features, { kind: "evaluation" });
  },

  /** Every cell is hidden exactly once, in rounds of at least the mask ratio and at most a fifth less than all. */
  cellLosses(params, batch, setting, rng) {
    const { nObs, nVars } = batch;
    const rounds = Math.min(nObs, 5, Math.ceil(1 / setting.config.maskRatio));
    const order = drawOrder(nObs, nObs, rng);
    const share = (round: number): tf.Tensor2D => {
      const from = Math.round((nObs * round) / rounds);
      const hidden = markRows(order, from, Math.round((nObs * (round + 1)) / rounds));
      const views = { batch, hidden, nHidden: 1 };
      return tf.mul(mae.forward(params, views, setting, { kind: "evaluation" }).errors, hidden);
    };
    let errors = tf.tidy(() => share(0));
    for (let round = 1; round < rounds; round++) errors = tf.tidy(() => tf.add(errors, share(round)));
    return tf.reshape(tf.div(errors, nVars), [nObs]);
  },

  rebuild(params, batch, { encoder }, cell) {
    const rows = hiddenRows(params, markRows(Uint32Array.of(cell), 0, 1, batch.nObs));
    const features = { kind: "expression", x: batch.x, rows } as const;
    const { embedding } = encode(encoderOf(params), encoder, batch.graphs, features, { kind: "evaluation" });
    return tf.reshape(decode(tf.slice2d(embedding, [cell, 0], [1, -1]), decoderOf(params)), [batch.nVars]);
  },
};

function encoderOf({ weights, buffers }: Params): Params {
  return { weights: underPrefix("encoder", weights), buffers: underPrefix("encoder", buffers) };
}

function decoderOf({ weights }: Params): LinearDecoder {
  return { weight: weights["decoder.weight"] as tf.Tensor2D, bias: weights["decoder.bias"] as tf.Tensor1D };
}

function hiddenRows({ weights }: Params, hidden: tf.Tensor2D): HiddenRows {
  return { hidden, fill: (weights.mask_token as tf.Tensor2D | undefined) ?? null };
}

/** At least one cell is hidden, and one seen where there are two. */
function hiddenCount(nObs: number, maskRatio: number): number {
  return Math.max(1, Math.min(Math.round(nObs * maskRatio), nObs - 1));
}

/** The first `take` of a random order of all cells. Source: Durstenfeld's shuffle, stopped early. */
function drawOrder(nObs: number, take: number, rng: Rng): Uint32Array {
  const order = Uint32Array.from({ length: nObs }, (_, i) => i);
  for (let i = 0; i < take; i++) {
    const j = i + integer(rng, nObs - i);
    const cell = order[i];
    order[i] = order[j];
    order[j] = cell;
  }
  return order;
}

/** 1 for the cells order[from .. to), 0 for the others, shape (nObs, 1). */
function markRows(order: Uint32Array, from: number, to: number, nObs = order.length): tf.Tensor2D {
  const marks = new Float32Array(nObs);
  for (let i = from; i < to; i++) marks[order[i]] = 1;
  return tf.tensor2d(marks, [nObs, 1]);
}
