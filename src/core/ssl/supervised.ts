/**
 * @file Classes learned from labels: a linear classifier on the encoder's output, softmax cross-entropy over the labelled
 * target cells. Cells without a label take part as neighbours.
 *
 * Source: the annotation of Richter et al. 2023 (SpatialSSL), without pretraining; class weights n / (classes · n_c) as
 * scikit-learn's "balanced".
 * Differs: the classifier is linear, where the paper puts another attention layer before it; the loss is taken of target
 * cells alone, where the paper's code takes every cell of every ego-net.
 */
import * as tf from "@tensorflow/tfjs-core";
import { LabError } from "../errors";
import { dense } from "../kernels/dense";
import { uploadRows } from "../kernels/expression";
import { type Encoded, encode, type Mode } from "../nn/encoder";
import type { EncoderSpec } from "../nn/encoder-spec";
import type { Features } from "../nn/features";
import { linearInit } from "../nn/init";
import { initEncoder } from "../nn/init-encoder";
import type { RowChoice } from "../nn/row-choice";
import { addBias } from "../nn/rows";
import { type Params, withPrefix } from "../nn/tensors";
import type { BatchLabels, GraphBatch } from "./graph-batch";
import { crossEntropy, meanCrossEntropy } from "./losses/cross-entropy";
import type { SslMethod } from "./method";
import { movedBuffers, partOf } from "./networks";
import { type SupervisedConfig, supervisedInfo } from "./supervised-config";
import { embedPlainly } from "./two-views";

interface Views {
  readonly batch: GraphBatch;
  readonly features: Features;
  /** The labelled targets among the rows of the last graph. */
  readonly chosen: RowChoice;
  readonly codes: tf.Tensor1D; // of their classes, int32
  readonly weights: Float32Array | null; // of their classes; null where all count alike
}

interface Outputs {
  readonly logits: tf.Tensor2D; // (labelled targets, nClasses)
  readonly codes: tf.Tensor1D;
  readonly weights: Float32Array | null;
  readonly statistics: Encoded["statistics"];
}

export const supervised: SslMethod<SupervisedConfig, Views, Outputs> = {
  id: "supervised",
  source: "Richter et al. 2023, annotation without pretraining",
  defaults: supervisedInfo.defaults,

  init({ encoder }, batch, rng) {
    const { nClasses } = labelsOf(batch);
    const { weights, buffers } = initEncoder(encoder, rng);
    return {
      weights: {
        ...withPrefix("encoder", weights),
        "classifier.weight": linearInit([encoder.hidden, nClasses], encoder.hidden, rng),
        "classifier.bias": tf.zeros([nClasses]),
      },
      buffers: withPrefix("encoder", buffers),
    };
  },

  augment(batch, { classWeights }) {
    const { codes, classWeights: balanced } = labelsOf(batch);
    const rows: number[] = [];
    for (let row = 0; row < batch.nTargets; row++) if (codes[batch.cells[row]] >= 0) rows.push(row);
    if (rows.length === 0) throw new LabError("internal", "A batch without a labelled cell has no loss.");
    const index = Int32Array.from(rows);
    const inverse = new Int32Array(batch.graphs[batch.graphs.length - 1].matrix.nRows).fill(-1);
    for (const [place, row] of rows.entries()) inverse[row] = place;
    const own = index.map((row) => codes[batch.cells[row]]);
    return {
      batch,
      features: featuresOf(batch),
      chosen: { index: tf.tensor1d(index, "int32"), inverse: tf.tensor1d(inverse, "int32") },
      codes: tf.tensor1d(own, "int32"),
      weights: classWeights === "balanced" ? Float32Array.from(own, (code) => balanced[code]) : null,
    };
  },

  forward(params, { batch, features, chosen, codes, weights }, { encoder }, mode) {
    // the last layer computes the labelled targets alone: the loss asks for no other
    const { logits, statistics } = classify(params, batch, features, encoder, mode, chosen);
    return { logits, statistics, weights, codes: codes.clone() };
  },

  loss: ({ logits, codes, weights }) => meanCrossEntropy(logits, codes, weights),

  update: ({ buffers }, { statistics }) => movedBuffers(buffers, [{ encoder: statistics, heads: {} }]),

  embed: (params, batch, { encoder }) => embedPlainly(params, batch, encoder),

  /** Not a number for cells without a label, which have none. */
  cellLosses(params, batch, { encoder }) {
    const { codes } = labelsOf(batch);
    const rows = Int32Array.from({ length: batch.nObs }, (_, row) => codes[batch.cells[row]]);
    const { logits } = classify(params, batch, featuresOf(batch), encoder, evaluation);
    const losses = crossEntropy(
      logits,
      tf.tensor1d(
        rows.map((code) => Math.max(0, code)),
        "int32",
      ),
    );
    if (rows.every((code) => code >= 0)) return tf.reshape(losses, [-1]);
    return tf.add(
      tf.reshape<tf.Rank.R1>(losses, [-1]),
      tf.tensor1d(Float32Array.from(rows, (c) => (c < 0 ? Number.NaN : 0))),
    );
  },

  classProbabilities(params, batch, { encoder }) {
    return tf.softmax(classify(params, batch, featuresOf(batch), encoder, evaluation).logits);
  },
};

const evaluation = { kind: "evaluation" } as const;

function classify(
  params: Params,
  batch: GraphBatch,
  features: Features,
  encoder: EncoderSpec,
  mode: Mode,
  wanted: RowChoice | null = null,
): { logits: tf.Tensor2D; statistics: Encoded["statistics"] } {
  const encoded = encode(partOf(params, "encoder"), encoder, batch.graphs, features, mode, wanted);
  const { weight, bias } = partOf(params, "classifier").weights;
  const logits = addBias(dense(encoded.embedding, weight as tf.Tensor2D), bias as tf.Tensor1D);
  return { logits, statistics: encoded.statistics };
}

function featuresOf({ x, cells }: GraphBatch): Features {
  return { kind: "expression", x, rows: uploadRows(x, cells), fill: null };
}

function labelsOf({ labels }: GraphBatch): BatchLabels {
  if (labels) return labels;
  throw new LabError("missing", "Supervised training needs a label to learn.", "Choose a label: --label NAME.");
}
