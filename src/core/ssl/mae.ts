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
import { HIDDEN, type RowList, uploadRows } from "../kernels/expression";
import { gatherRows } from "../kernels/gather-rows";
import { type Encoded, encode, updateRunningStatistics } from "../nn/encoder";
import type { Features } from "../nn/features";
import { linearInit } from "../nn/init";
import { initEncoder } from "../nn/init-encoder";
import { decode, type LinearDecoder, squaredErrors, type Targets } from "../nn/linear-decoder-mse";
import { type Params, underPrefix, withPrefix } from "../nn/tensors";
import { integer, type Rng } from "../random";
import type { GraphBatch } from "./graph-batch";
import { type MaeConfig, maeInfo } from "./mae-config";
import type { SslMethod } from "./method";

interface Views {
  readonly batch: GraphBatch;
  /** What the encoder sees: the rows of the batch, the hidden ones marked. */
  readonly seen: RowList;
  readonly hidden: HiddenCells;
}

/** The rows that are hidden and rebuilt; the decoder sees them and no others. */
interface HiddenCells {
  readonly targets: Targets;
  readonly index: tf.Tensor1D; // their rows in the batch, int32
  readonly inverse: tf.Tensor1D; // where each row of the embedding stands among them, -1 if it is not hidden, int32
}

interface Outputs {
  readonly errors: tf.Tensor2D; // squared error of each hidden cell, summed over genes, (nHidden, 1)
  readonly nVars: number;
  readonly statistics: Encoded["statistics"];
}

export const mae: SslMethod<MaeConfig, Views, Outputs> = {
  id: "mae",
  source: "Richter et al. 2023, eq. 1-2; arXiv:2111.06377",
  defaults: maeInfo.defaults,

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
    const { nObs, nTargets } = batch;
    const some = (n: number, take: number) => drawOrder(n, take, rng).subarray(0, take);
    const hidden = some(nTargets, hiddenCount(nTargets, maskRatio));
    // the others are hidden at the same rate, so that a target sees as much as it would in the full graph
    const others = some(nObs - nTargets, Math.round((nObs - nTargets) * maskRatio)).map((i) => nTargets + i);
    return hide(batch, hidden, others);
  },

  forward(params, { batch, seen, hidden }, { encoder }, mode) {
    const features = featuresOf(params, batch, seen);
    // the last layer computes the hidden cells alone: the loss asks for no other
    const { embedding: codes, statistics } = encode(encoderOf(params), encoder, batch.graphs, features, mode, hidden);
    const errors = squaredErrors(hidden.targets, codes, decoderOf(params));
    return { errors, nVars: batch.nVars, statistics };
  },

  loss({ errors, nVars }) {
    return tf.div(tf.sum(errors), errors.shape[0] * nVars);
  },

  update({ buffers }, { statistics }) {
    return withPrefix("encoder", updateRunningStatistics(underPrefix("encoder", buffers), statistics));
  },

  embed(params, batch, { encoder }) {
    const features = featuresOf(params, batch, uploadRows(batch.x, batch.cells));
    return encode(encoderOf(params), encoder, batch.graphs, features, { kind: "evaluation" });
  },

  /** Every cell is hidden exactly once, in rounds of at least the mask ratio and at most a fifth less than all. */
  cellLosses(params, batch, setting, rng) {
    const { nObs, nVars } = batch;
    const rounds = Math.min(nObs, 5, Math.ceil(1 / setting.config.maskRatio));
    const order = drawOrder(nObs, nObs, rng);
    const start = (round: number): number => Math.round((nObs * round) / rounds);
    const share = (round: number): tf.Tensor2D => {
      const views = hide(batch, order.subarray(start(round), start(round + 1)));
      const { errors } = mae.forward(params, views, setting, { kind: "evaluation" });
      return gatherRows(errors, views.hidden.inverse, views.hidden.index);
    };
    let errors = tf.tidy(() => share(0));
    for (let round = 1; round < rounds; round++) errors = tf.tidy(() => tf.add(errors, share(round)));
    return tf.reshape(tf.div(errors, nVars), [nObs]);
  },

  rebuild(params, batch, { encoder }, row) {
    const { seen, hidden } = hide(batch, Uint32Array.of(row));
    const features = featuresOf(params, batch, seen);
    const mode = { kind: "evaluation" } as const;
    const { embedding } = encode(encoderOf(params), encoder, batch.graphs, features, mode, hidden);
    const rebuilt = decode(embedding, decoderOf(params));
    return tf.reshape(batch.x.centers ? tf.add(rebuilt, batch.x.centers) : rebuilt, [batch.nVars]);
  },
};

function encoderOf({ weights, buffers }: Params): Params {
  return { weights: underPrefix("encoder", weights), buffers: underPrefix("encoder", buffers) };
}

function decoderOf({ weights }: Params): LinearDecoder {
  return { weight: weights["decoder.weight"] as tf.Tensor2D, bias: weights["decoder.bias"] as tf.Tensor1D };
}

function featuresOf({ weights }: Params, { x }: GraphBatch, rows: RowList): Features {
  return { kind: "expression", x, rows, fill: (weights.mask_token as tf.Tensor2D | undefined) ?? null };
}

/** Hides those targets, to be rebuilt, and those other rows of the batch. */
function hide(batch: GraphBatch, which: Uint32Array, others: Uint32Array = new Uint32Array(0)): Views {
  const { x, graphs, rowSquares } = batch;
  const index = Int32Array.from(which).sort(); // in the order of the rows, in which the layers leave them
  const cells = index.map((row) => batch.cells[row]);
  const seen = batch.cells.slice();
  for (const row of others) seen[row] = HIDDEN;
  const inverse = new Int32Array(graphs[graphs.length - 1].matrix.nRows).fill(-1);
  index.forEach((row, place) => {
    seen[row] = HIDDEN;
    inverse[row] = place;
  });
  const squares = Float32Array.from(cells, (cell) => rowSquares[cell]);
  return {
    batch,
    seen: uploadRows(x, seen),
    hidden: {
      targets: { x, rows: uploadRows(x, cells), rowSquares: tf.tensor2d(squares, [cells.length, 1]) },
      index: tf.tensor1d(index, "int32"),
      inverse: tf.tensor1d(inverse, "int32"),
    },
  };
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
