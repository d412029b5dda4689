import * as tf from "@tensorflow/tfjs-core";
import { type Affine, type BatchStatistics, columnMoments, type Norm } from "../kernels/layer-tail";
import type { NamedTensors, Params } from "./tensors";

export type { BatchStatistics } from "../kernels/layer-tail";

/** Statistics with the number of cells that they were taken over. */
export type MeasuredStatistics = BatchStatistics & { readonly nObs: number };

/** Those of one norm by its name among the parameters. */
export type NamedStatistics = MeasuredStatistics & { readonly name: string };

/**
 * The batch norm that a layer's tail applies to x: in training by the statistics of x itself, in evaluation by the
 * running ones.
 *
 * @param name    of the norm among the parameters, as in torch_geometric's state_dict
 * @param nValid  leading rows of x that stand for cells; the others are padding
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167, alg. 1; torch.nn.BatchNorm1d.
 */
export function batchNorm(
  params: Params,
  name: string,
  x: tf.Tensor2D,
  mode: "training" | "evaluation",
  nValid = x.shape[0],
): Norm {
  const affine = affineOf(params, name);
  if (mode === "training") return { ...columnMoments(x, nValid), affine, ofBatch: true };
  const row = (buffer: string) => tf.reshape<tf.Rank.R2>(params.buffers[`${name}.${buffer}`], [1, -1]);
  return { mean: row("running_mean"), variance: row("running_var"), affine, ofBatch: false };
}

/** The learned scale and shift of a norm. */
export function affineOf({ weights }: Params, name: string): Affine {
  return { weight: weights[`${name}.weight`] as tf.Tensor1D, bias: weights[`${name}.bias`] as tf.Tensor1D };
}

/** Running mean and variance of one norm after one more batch. Source: torch.nn.BatchNorm1d, momentum 0.1, unbiased variance. */
export function movedStatistics(
  buffers: NamedTensors,
  name: string,
  { mean, variance, nObs }: MeasuredStatistics,
): Record<string, tf.Tensor> {
  const momentum = 0.1;
  const move = (old: tf.Tensor, value: tf.Tensor) =>
    tf.add(tf.mul(old, 1 - momentum), tf.mul(tf.reshape(value, old.shape), momentum));
  const unbiased = tf.mul(variance, nObs / Math.max(1, nObs - 1));
  return {
    [`${name}.running_mean`]: move(buffers[`${name}.running_mean`], mean),
    [`${name}.running_var`]: move(buffers[`${name}.running_var`], unbiased),
  };
}
