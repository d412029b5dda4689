import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../kernels/dense";
import { layerTail } from "../kernels/layer-tail";
import type { Rng } from "../random";
import { batchNorm, type MeasuredStatistics, movedStatistics } from "./batch-norm";
import { linearInit } from "./init";
import { addBias } from "./rows";
import type { NamedTensors, Params } from "./tensors";

/** A projector or predictor: linear, batch norm and ReLU for each layer but the last. */
export interface MlpSpec {
  /** Channels of the input, of every hidden layer, and of the output. */
  readonly widths: readonly number[];
  /**
   * What follows the last linear layer: its bias, nothing where a bias would cancel in the loss, a batch norm, or one
   * without weight and bias of its own.
   */
  readonly end: "bias" | "nothing" | "norm" | "plain norm";
}

export interface Mapped {
  readonly y: tf.Tensor2D; // (nRows, last width)
  /** Of each norm by its name, with the rows that they were taken over; empty in evaluation. */
  readonly statistics: Readonly<Record<string, MeasuredStatistics>>;
}

/** Weights as torch.nn.Linear draws them; a layer before a norm has no bias, since the norm would subtract it. */
export function initMlp({ widths, end }: MlpSpec, rng: Rng): Params {
  const weights: Record<string, tf.Tensor> = {};
  const buffers: Record<string, tf.Tensor> = {};
  for (let i = 0; i + 1 < widths.length; i++) {
    const [nIn, nOut] = [widths[i], widths[i + 1]];
    const last = i + 2 === widths.length;
    weights[`linears.${i}.weight`] = linearInit([nIn, nOut], nIn, rng);
    if (last && end === "bias") weights[`linears.${i}.bias`] = linearInit([nOut], nIn, rng);
    if (last && (end === "bias" || end === "nothing")) continue;
    if (!(last && end === "plain norm")) {
      weights[`norms.${i}.weight`] = tf.ones([nOut]);
      weights[`norms.${i}.bias`] = tf.zeros([nOut]);
    }
    buffers[`norms.${i}.running_mean`] = tf.zeros([nOut]);
    buffers[`norms.${i}.running_var`] = tf.ones([nOut]);
  }
  return { weights, buffers };
}

/**
 * The perceptron on every row of x.
 *
 * @param x     (nRows, first width), without padding
 * @param mode  training normalises by the rows themselves, evaluation by the running statistics
 */
export function mlp(params: Params, { widths, end }: MlpSpec, x: tf.Tensor2D, mode: "training" | "evaluation"): Mapped {
  const statistics: Record<string, MeasuredStatistics> = {};
  let y = x;
  for (let i = 0; i + 2 <= widths.length; i++) {
    const last = i + 2 === widths.length;
    const z = dense(y, params.weights[`linears.${i}.weight`] as tf.Tensor2D);
    if (last && (end === "bias" || end === "nothing")) {
      y = addBias(z, (params.weights[`linears.${i}.bias`] as tf.Tensor1D | undefined) ?? null);
      continue;
    }
    const name = `norms.${i}`;
    const norm = batchNorm(
      last && end === "plain norm" ? withPlainNorm(params, name, widths[i + 1]) : params,
      name,
      z,
      mode,
    );
    if (norm.ofBatch) statistics[name] = { mean: norm.mean, variance: norm.variance, nObs: z.shape[0] };
    const normed = layerTail(z, { norm });
    y = last ? normed : tf.relu(normed);
  }
  return { y, statistics };
}

function withPlainNorm({ weights, buffers }: Params, name: string, channels: number): Params {
  const affine = { [`${name}.weight`]: tf.ones([channels]), [`${name}.bias`]: tf.zeros([channels]) };
  return { weights: { ...weights, ...affine }, buffers };
}

/** The running statistics after one more batch; the other buffers as they are. */
export function updateMlpStatistics(buffers: NamedTensors, statistics: Mapped["statistics"]): NamedTensors {
  const moved = Object.entries(statistics).map(([name, of]) => movedStatistics(buffers, name, of));
  return Object.assign({}, buffers, ...moved);
}
