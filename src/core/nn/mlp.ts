import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../kernels/dense";
import { layerTail } from "../kernels/layer-tail";
import type { Rng } from "../random";
import { batchNorm, type MeasuredStatistics, movedStatistics } from "./batch-norm";
import { linearInit } from "./init";
import type { NamedTensors, Params } from "./tensors";

/** A projector or predictor. */
export interface MlpSpec {
  /** Channels of the input, of every hidden layer, and of the output. */
  readonly widths: readonly number[];
  /** What follows every linear layer but the last: batch norm and ReLU, or a bias and ELU. */
  readonly hidden: "norm relu" | "elu";
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
export function initMlp({ widths, hidden, end }: MlpSpec, rng: Rng): Params {
  const weights: Record<string, tf.Tensor> = {};
  const buffers: Record<string, tf.Tensor> = {};
  for (let i = 0; i + 1 < widths.length; i++) {
    const [nIn, nOut] = [widths[i], widths[i + 1]];
    const last = i + 2 === widths.length;
    weights[`linears.${i}.weight`] = linearInit([nIn, nOut], nIn, rng);
    const what = last ? end : hidden;
    if (what === "bias" || what === "elu") weights[`linears.${i}.bias`] = linearInit([nOut], nIn, rng);
    if (!isNorm(what)) continue;
    if (what !== "plain norm") {
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
export function mlp(params: Params, spec: MlpSpec, x: tf.Tensor2D, mode: "training" | "evaluation"): Mapped {
  const { widths, hidden, end } = spec;
  const statistics: Record<string, MeasuredStatistics> = {};
  let y = x;
  for (let i = 0; i + 2 <= widths.length; i++) {
    const what = i + 2 === widths.length ? end : hidden;
    const z = dense(y, params.weights[`linears.${i}.weight`] as tf.Tensor2D);
    const bias = params.weights[`linears.${i}.bias`] as tf.Tensor1D | undefined;
    const name = `norms.${i}`;
    if (!isNorm(what)) {
      y = layerTail(z, { bias: bias ?? null, elu: what === "elu" });
      continue;
    }
    const norm = batchNorm(what === "plain norm" ? withPlainNorm(params, name, widths[i + 1]) : params, name, z, mode);
    if (norm.ofBatch) statistics[name] = { mean: norm.mean, variance: norm.variance, nObs: z.shape[0] };
    const normed = layerTail(z, { norm });
    y = what === "norm relu" ? tf.relu(normed) : normed;
  }
  return { y, statistics };
}

/** Whether the first linear layer is normed: then a constant added to its input changes nothing. */
export function normsFirst({ widths, hidden, end }: MlpSpec): boolean {
  return isNorm(widths.length > 2 ? hidden : end);
}

function isNorm(what: MlpSpec["hidden"] | MlpSpec["end"]): boolean {
  return what === "norm relu" || what === "norm" || what === "plain norm";
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
