/**
 * @file GraphMAE: hidden cells get a token, their codes are hidden once more, and a graph layer rebuilds them from the codes
 * around; what counts is the direction of expression, and easy cells count less.
 *
 * Source: Hou et al. 2022, arXiv:2205.10803, eqs. 1-3; code THUDM/GraphMAE.
 * Differs: the decoder's layer sums its neighbours with the backbone's matrix before one linear map, so that no dense matrix of
 * cells × genes is made: as the authors' for GCN and GraphSAGE, a sum in place of their attention for GAT and GATv2. A hidden
 * cell is replaced with a chance of its own, not in a fixed number. The token starts at the mean expression instead of zero.
 */
import * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../kernels/csr-matmul";
import { dense } from "../kernels/dense";
import { HIDDEN } from "../kernels/expression";
import { type Encoded, encode } from "../nn/encoder";
import { linearInit } from "../nn/init";
import { initEncoder } from "../nn/init-encoder";
import { decodedCosines } from "../nn/linear-decoder-cosine";
import { chooseRows } from "../nn/row-choice";
import { withPrefix } from "../nn/tensors";
import { integer } from "../random";
import type { GraphBatch } from "./graph-batch";
import { type GraphmaeConfig, graphmaeInfo } from "./graphmae-config";
import { type Choice, drawHidden, type HiddenView, hide, whileHidden } from "./hidden-cells";
import type { SslMethod } from "./method";
import { movedBuffers, partOf } from "./networks";
import { embedPlainly } from "./two-views";

interface Views extends HiddenView {
  readonly open: tf.Tensor2D; // 0 for codes that are hidden again, 1 for others; (rows of the codes, 1)
}

interface Outputs {
  readonly errors: tf.Tensor2D; // (1 - cos)^γ of each hidden cell, (nHidden, 1)
  readonly statistics: Encoded["statistics"];
}

export const graphmae: SslMethod<GraphmaeConfig, Views, Outputs> = {
  id: "graphmae",
  source: "Hou et al. 2022, arXiv:2205.10803, eqs. 1-3; THUDM/GraphMAE",
  defaults: graphmaeInfo.defaults,

  init({ encoder }, batch, rng) {
    const { hidden, nVars } = encoder;
    const { weights, buffers } = initEncoder(encoder, rng);
    return {
      weights: {
        ...withPrefix("encoder", weights),
        mask_token: tf.reshape(batch.geneMeans, [1, -1]),
        "encoder_to_decoder.weight": linearInit([hidden, hidden], hidden, rng),
        "decoder.weight": linearInit([hidden, nVars], hidden, rng),
        "decoder.bias": tf.clone(batch.geneMeans),
      },
      buffers: withPrefix("encoder", buffers),
    };
  },

  augment(batch, { maskRatio, replaceRate }, rng) {
    const choice = drawHidden(batch, maskRatio, rng);
    const standIn = () => (rng() < replaceRate ? batch.cells[integer(rng, batch.nObs)] : HIDDEN);
    return hideTwice(batch, choice, standIn);
  },

  forward(params, { batch, seen, hidden, open }, { encoder, config }, mode) {
    const { weights } = params;
    const fill = weights.mask_token as tf.Tensor2D;
    const features = { kind: "expression", x: batch.x, rows: seen, fill } as const;
    const { embedding, statistics } = encode(partOf(params, "encoder"), encoder, batch.graphs, features, mode);
    const codes = tf.mul<tf.Tensor2D>(dense(embedding, weights["encoder_to_decoder.weight"] as tf.Tensor2D), open);
    const around = chooseRows(csrMatmul(decoderGraph(batch), codes), hidden);
    const decoder = { weight: weights["decoder.weight"] as tf.Tensor2D, bias: weights["decoder.bias"] as tf.Tensor1D };
    // rounding may put a cosine above 1, and a power of what is below 0 is not a number
    const error = tf.relu<tf.Tensor2D>(tf.sub(1, decodedCosines(hidden.targets, around, decoder)));
    return { errors: config.gamma === 1 ? error : tf.pow<tf.Tensor2D>(error, config.gamma), statistics };
  },

  loss: ({ errors }) => tf.mean(errors),

  update: ({ buffers }, { statistics }) => movedBuffers(buffers, [{ encoder: statistics, heads: {} }]),

  embed: (params, batch, { encoder }) => embedPlainly(params, batch, encoder),

  /** While it is hidden behind the token. */
  cellLosses: (params, batch, setting, rng) =>
    whileHidden(batch, setting.config.maskRatio, rng, (choice) => {
      const view = hideTwice(batch, choice, () => HIDDEN);
      return { view, errors: graphmae.forward(params, view, setting, { kind: "evaluation" }).errors };
    }),
};

/** What the decoder's layer reads: the graph behind the encoder's last, or the one that serves all. */
function decoderGraph({ graphs }: GraphBatch) {
  return graphs[graphs.length - 1].matrix;
}

function hideTwice(batch: GraphBatch, choice: Choice, standIn: () => number): Views {
  const { nCols } = decoderGraph(batch);
  const open = new Float32Array(nCols).fill(1);
  for (const row of [...choice.targets, ...choice.others]) if (row < nCols) open[row] = 0;
  return { ...hide(batch, choice, standIn), open: tf.tensor2d(open, [nCols, 1]) };
}
