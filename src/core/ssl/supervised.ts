/**
 * @file Classes learned from labels: a linear classifier on the encoder's output, or on one more graph layer over it, softmax
 * cross-entropy over the labelled target cells. Cells without a label take part as neighbours. From a pretrained encoder it is
 * fine-tuning; with that encoder frozen and no further layer it is a linear probe.
 *
 * Source: the annotation of Richter et al. 2023 (SpatialSSL): "another graph attention network" and a classifier; class
 * weights n / (classes · n_c) as scikit-learn's "balanced", or their root.
 * Differs: activations are the encoder's ELU, where the paper's code has ReLU; the loss is taken of target cells alone, where
 * that code takes every cell of every ego-net. A frozen encoder is in evaluation mode: neither dropout nor batch statistics.
 */
import * as tf from "@tensorflow/tfjs-core";
import { LabError } from "../errors";
import { dense } from "../kernels/dense";
import { uploadRows } from "../kernels/expression";
import { layerTail } from "../kernels/layer-tail";
import { type Encoded, encode, type Mode } from "../nn/encoder";
import type { EncoderSpec } from "../nn/encoder-spec";
import type { Features } from "../nn/features";
import { linearInit } from "../nn/init";
import { initEncoder } from "../nn/init-encoder";
import type { RowChoice } from "../nn/row-choice";
import { addBias } from "../nn/rows";
import { type Params, withPrefix } from "../nn/tensors";
import { hash32, type Rng } from "../random";
import { expressionNoise } from "./augment/expression-noise";
import type { BatchLabels, GraphBatch } from "./graph-batch";
import { crossEntropy, meanCrossEntropy } from "./losses/cross-entropy";
import type { Setting, SslMethod } from "./method";
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

  init({ encoder, config }, batch, rng) {
    const { nClasses } = labelsOf(batch);
    const { weights, buffers } = initEncoder(encoder, rng);
    return {
      weights: {
        ...withPrefix("encoder", weights),
        ...(config.headLayer ? withPrefix("head", initEncoder(headOf(encoder), rng).weights) : {}),
        "classifier.weight": linearInit([encoder.hidden, nClasses], encoder.hidden, rng),
        "classifier.bias": tf.zeros([nClasses]),
      },
      buffers: withPrefix("encoder", buffers),
    };
  },

  augment(batch, { classWeights, geneDropout }, rng) {
    const { codes, classWeights: balanced } = labelsOf(batch);
    const rows: number[] = [];
    for (let row = 0; row < batch.nTargets; row++) if (codes[batch.cells[row]] >= 0) rows.push(row);
    if (rows.length === 0) throw new LabError("internal", "A batch without a labelled cell has no loss.");
    const index = Int32Array.from(rows);
    const inverse = new Int32Array(batch.graphs[batch.graphs.length - 1].matrix.nRows).fill(-1);
    for (const [place, row] of rows.entries()) inverse[row] = place;
    const own = index.map((row) => codes[batch.cells[row]]);
    const weigh = { none: null, root: Math.sqrt, balanced: (weight: number) => weight }[classWeights];
    const features = featuresOf(batch);
    // read as their mean: as genes that were not found they would shift every cell away from what it is asked about later
    const droppedAs = batch.x.centers ?? batch.geneMeans;
    const view = geneDropout > 0 ? { view: expressionNoise({ ...noNoise, geneDropout }, seedOf(rng)), droppedAs } : {};
    return {
      batch,
      features: { ...features, ...view },
      chosen: { index: tf.tensor1d(index, "int32"), inverse: tf.tensor1d(inverse, "int32") },
      codes: tf.tensor1d(own, "int32"),
      weights: weigh && Float32Array.from(own, (code) => weigh(balanced[code])),
    };
  },

  forward(params, { batch, features, chosen, codes, weights }, setting, mode) {
    // the last layer computes the labelled targets alone: the loss asks for no other
    const { logits, statistics } = classify(params, batch, features, setting, mode, chosen);
    return { logits, statistics, weights, codes: codes.clone() };
  },

  loss: ({ logits, codes, weights }) => meanCrossEntropy(logits, codes, weights),

  update({ buffers }, { statistics }, { frozen }) {
    if (!frozen) return movedBuffers(buffers, [{ encoder: statistics, heads: {} }]);
    return Object.fromEntries(Object.entries(buffers).map(([name, t]) => [name, t.clone()]));
  },

  rateOf: (name, { encoderRate }) => (name.startsWith("encoder.") ? encoderRate : 1),

  isFrozen: (name, { frozen }) => frozen && name.startsWith("encoder."),

  embed: (params, batch, { encoder }) => embedPlainly(params, batch, encoder),

  /** Not a number for cells without a label, which have none. */
  cellLosses(params, batch, setting) {
    const { codes } = labelsOf(batch);
    const rows = Int32Array.from({ length: batch.nObs }, (_, row) => codes[batch.cells[row]]);
    const { logits } = classify(params, batch, featuresOf(batch), setting, evaluation);
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

  classProbabilities(params, batch, setting) {
    return tf.softmax(classify(params, batch, featuresOf(batch), setting, evaluation).logits);
  },
};

const evaluation = { kind: "evaluation" } as const;
const noNoise = { perGene: false, noise: 0, countNoise: 0 };
const seedOf = (rng: Rng): number => Math.floor(rng() * 2 ** 32);

function classify(
  params: Params,
  batch: GraphBatch,
  features: Features,
  { encoder, config }: Setting<SupervisedConfig>,
  mode: Mode,
  wanted: RowChoice | null = null,
): { logits: tf.Tensor2D; statistics: Encoded["statistics"] } {
  const { graphs } = batch;
  const wantedOfEncoder = config.headLayer ? null : wanted;
  const encoderMode = config.frozen ? evaluation : mode;
  const encoded = encode(partOf(params, "encoder"), encoder, graphs, features, encoderMode, wantedOfEncoder);
  let code = encoded.embedding;
  if (config.headLayer) {
    const last = graphs[graphs.length - 1];
    const seed = mode.kind === "training" ? hash32(mode.seed ^ HEAD_STREAM) : 0;
    const dropout = mode.kind === "training" ? { rate: encoder.dropout, seed: hash32(seed ^ 1) } : null;
    const x = layerTail(code, { elu: true, dropout });
    const headMode = mode.kind === "training" ? { ...mode, seed } : mode;
    const head = headOf(encoder);
    code = encode(partOf(params, "head"), head, [last], { kind: "dense", x }, headMode, wanted).embedding;
    code = layerTail(code, { elu: true });
  }
  const { weight, bias } = partOf(params, "classifier").weights;
  const logits = addBias(dense(code, weight as tf.Tensor2D), bias as tf.Tensor1D);
  return { logits, statistics: encoded.statistics };
}

const HEAD_STREAM = 0x68656164;

/** One more layer of the encoder's kind over its output. */
function headOf(encoder: EncoderSpec): EncoderSpec {
  return { ...encoder, nVars: encoder.hidden, layers: 1, ownPath: 0 };
}

function featuresOf({ x, cells }: GraphBatch): Features {
  return { kind: "expression", x, rows: uploadRows(x, cells), fill: null };
}

function labelsOf({ labels }: GraphBatch): BatchLabels {
  if (labels) return labels;
  throw new LabError("missing", "Supervised training needs a label to learn.", "Choose a label: --label NAME.");
}
