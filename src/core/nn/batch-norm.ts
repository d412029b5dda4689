import * as tf from "@tensorflow/tfjs-core";
import { type Affine, columnMoments, type Norm } from "../kernels/layer-tail";
import type { Params } from "./tensors";

export type { BatchStatistics } from "../kernels/layer-tail";

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
