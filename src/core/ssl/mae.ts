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
import { type RowList, uploadRows } from "../kernels/expression";
import { type Encoded, encode, updateRunningStatistics } from "../nn/encoder";
import type { Features } from "../nn/features";
import { linearInit } from "../nn/init";
import { initEncoder } from "../nn/init-encoder";
import { decode, type LinearDecoder, squaredErrors } from "../nn/linear-decoder-mse";
import { type Params, underPrefix, withPrefix } from "../nn/tensors";
import type { GraphBatch } from "./graph-batch";
import { drawHidden, type HiddenView, hide, hideOne, whileHidden } from "./hidden-cells";
import { type MaeConfig, maeInfo } from "./mae-config";
import type { SslMethod } from "./method";

interface Outputs {
  readonly errors: tf.Tensor2D; // squared error of each hidden cell, summed over genes, (nHidden, 1)
  readonly nVars: number;
  readonly statistics: Encoded["statistics"];
}

export const mae: SslMethod<MaeConfig, HiddenView, Outputs> = {
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

  augment: (batch, { maskRatio }, rng) => hide(batch, drawHidden(batch, maskRatio, rng)),

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

  /** While it is hidden, over genes. */
  cellLosses(params, batch, setting, rng) {
    const sums = whileHidden(batch, setting.config.maskRatio, rng, (choice) => {
      const view = hide(batch, choice);
      return { view, errors: mae.forward(params, view, setting, { kind: "evaluation" }).errors };
    });
    return tf.div(sums, batch.nVars);
  },

  rebuild(params, batch, { encoder }, row) {
    const { seen, hidden } = hideOne(batch, row);
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
