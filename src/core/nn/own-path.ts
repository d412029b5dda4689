/**
 * @file A cell's own path beside the graph's:  y_i = p(x_i) + g ⊙ h_i, where p is a perceptron on the cell's own expression, h
 * what the convolutions make of its surroundings, and g one learned gate for each channel.
 *
 * Convolutions average a cell with its neighbours, which draws domains and blurs cell types. Here the cell's profile reaches the
 * embedding unmixed, however many convolutions there are, and the surroundings come in as far as they help.
 *
 * Source: the gate that starts small and is learned for each channel, Touvron et al. 2021, arXiv:2103.17239 (LayerScale), eq. 5;
 * a path of the cell's own, GraphSAGE's root weight (arXiv:1706.02216), here not linear.
 */
import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../kernels/dense";
import { layerTail } from "../kernels/layer-tail";
import { hash32, type Rng } from "../random";
import { batchNorm, type NamedStatistics } from "./batch-norm";
import type { EncoderSpec } from "./encoder-spec";
import type { Features } from "./features";
import { linearInit } from "./init";
import { projectFirst } from "./project-first";
import type { RowChoice } from "./row-choice";
import type { Params } from "./tensors";

/** Of every channel before the first step: the surroundings are heard, and do not drown the cell. */
const FIRST_GATE = 0.1;

// dropout of the convolutions draws from `seed` + layer, attention from `seed` + 64 + layer
const STREAM = 128;

/**
 * Weights and running statistics of a path with `spec.ownPath` hidden layers; none where it is 0.
 *
 * @param outputBias  false where a norm follows the encoder
 */
export function initOwnPath(
  { ownPath = 0, nVars, hidden, batchNorm }: EncoderSpec,
  rng: Rng,
  outputBias = true,
): Params {
  const weights: Record<string, tf.Tensor> = {};
  const buffers: Record<string, tf.Tensor> = {};
  if (ownPath === 0) return { weights, buffers };
  for (let i = 0; i <= ownPath; i++) {
    const [width, last] = [i === 0 ? nVars : hidden, i === ownPath];
    weights[`own.linears.${i}.weight`] = linearInit([width, hidden], width, rng);
    if (last ? outputBias : !batchNorm) weights[`own.linears.${i}.bias`] = linearInit([hidden], width, rng);
    if (last || !batchNorm) continue;
    weights[`own.norms.${i}.weight`] = tf.ones([hidden]);
    weights[`own.norms.${i}.bias`] = tf.zeros([hidden]);
    buffers[`own.norms.${i}.running_mean`] = tf.zeros([hidden]);
    buffers[`own.norms.${i}.running_var`] = tf.ones([hidden]);
  }
  weights.gate = tf.fill([hidden], FIRST_GATE);
  return { weights, buffers };
}

/**
 * p(x_i) of the first rows: linear, batch norm (or bias), ELU and dropout for each hidden layer, then a linear layer.
 *
 * @param features  of which the first rows are the cells' own
 * @param rows      how many rows the last graph computes, and how many of them stand for cells
 * @param wanted    rows of these to compute; null for all
 * @param mode      the seed that dropout is drawn from, or evaluation
 * @returns         (rows or as many as are wanted, hidden)
 */
export function ownPath(
  params: Params,
  spec: EncoderSpec,
  features: Features,
  { nRows, nValid }: { readonly nRows: number; readonly nValid: number },
  mode: { readonly kind: "training"; readonly seed: number } | { readonly kind: "evaluation" },
  wanted: RowChoice | null,
): { readonly y: tf.Tensor2D; readonly statistics: readonly NamedStatistics[] } {
  const layers = spec.ownPath ?? 0;
  const nObs = wanted ? wanted.index.shape[0] : nValid;
  const at = (name: string) => params.weights[`own.${name}`];
  const bias = (i: number) => (at(`linears.${i}.bias`) as tf.Tensor1D | undefined) ?? null;
  const statistics: NamedStatistics[] = [];
  let y = projectFirst(features, at("linears.0.weight") as tf.Tensor2D, nRows, wanted);
  for (let i = 0; i < layers; i++) {
    const name = `own.norms.${i}`;
    const norm = spec.batchNorm ? batchNorm(params, name, y, mode.kind, nObs) : null;
    if (norm?.ofBatch) statistics.push({ name, mean: norm.mean, variance: norm.variance, nObs });
    const dropout = mode.kind === "training" ? { rate: spec.dropout, seed: hash32(mode.seed + STREAM + i) } : null;
    y = layerTail(y, { norm, bias: norm ? null : bias(i), elu: true, dropout, nValid: nObs });
    y = dense(y, at(`linears.${i + 1}.weight`) as tf.Tensor2D);
  }
  return { y: layerTail(y, { bias: bias(layers), nValid: nObs }), statistics };
}

/** p + g ⊙ h. */
export function gated(own: tf.Tensor2D, { weights }: Params, surroundings: tf.Tensor2D): tf.Tensor2D {
  return tf.add(own, tf.mul(surroundings, weights.gate as tf.Tensor1D));
}
