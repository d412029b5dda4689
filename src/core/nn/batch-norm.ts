import * as tf from "@tensorflow/tfjs-core";
import { columnSums } from "./rows";
import { tidy } from "./tensors";

export interface Affine {
  readonly weight: tf.Tensor1D; // (channels,)
  readonly bias: tf.Tensor1D; // (channels,)
}

/** Mean and population variance over cells, each (1, channels). */
export interface BatchStatistics {
  readonly mean: tf.Tensor2D;
  readonly variance: tf.Tensor2D;
}

const EPSILON = 1e-5;

/** Statistics over the cells of a batch. Not differentiable: `batchNorm` has their gradient in its own. */
export function batchStatistics(x: tf.Tensor2D): BatchStatistics {
  const n = x.shape[0];
  const mean = tf.div<tf.Tensor2D>(columnSums(x), n);
  // two passes: E[x²] - E[x]² would cancel in float32
  const variance = tf.div<tf.Tensor2D>(columnSums(tf.squaredDifference(x, mean)), n);
  return { mean, variance };
}

/**
 * Batch normalisation with the batch's own statistics:  y = weight (x - mean) / sqrt(variance + 1e-5) + bias.
 *
 * @param x           shape (nObs, channels)
 * @param statistics  of the same x; the gradient is taken through them
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167, alg. 1; torch.nn.BatchNorm1d.
 */
export function batchNorm(x: tf.Tensor2D, affine: Affine, { mean, variance }: BatchStatistics): tf.Tensor2D {
  const op = tf.customGrad((a, w, b, save) => {
    const x = a as tf.Tensor2D;
    const deviation = tf.rsqrt<tf.Tensor2D>(tf.add(variance, EPSILON));
    const scale = tf.mul<tf.Tensor2D>(w as tf.Tensor, deviation);
    const shift = tf.sub<tf.Tensor2D>(b as tf.Tensor, tf.mul(mean, scale));
    (save as tf.GradSaveFunc)([x, mean, deviation, scale]);
    return {
      value: tf.add(tf.mul(x, scale), shift),
      // tfjs frees what a gradient of one's own makes on the way only after the whole backward pass
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tidy(() => gradients(dy as tf.Tensor2D, saved as tf.Tensor2D[])),
    };
  });
  return op(x, affine.weight, affine.bias) as tf.Tensor2D;
}

/** dx = scale (dy - mean(dy) - x̂ mean(dy x̂)), written as dy scale + x slope + offset with one row each. */
function gradients(dy: tf.Tensor2D, [x, mean, deviation, scale]: tf.Tensor2D[]): tf.Tensor[] {
  const [n, channels] = x.shape;
  const sumDy = columnSums(dy);
  // Σ dy x̂ without making x̂
  const sumDyNormal = tf.mul<tf.Tensor2D>(tf.sub(columnSums(tf.mul(dy, x)), tf.mul(mean, sumDy)), deviation);
  const slope = tf.div<tf.Tensor2D>(tf.mul(tf.mul(scale, deviation), sumDyNormal), -n);
  const offset = tf.sub<tf.Tensor2D>(tf.div(tf.mul(scale, sumDy), -n), tf.mul(slope, mean));
  const dx = tf.add(tf.add(tf.mul(dy, scale), tf.mul(x, slope)), offset);
  return [dx, tf.reshape(sumDyNormal, [channels]), tf.reshape(sumDy, [channels])];
}

/** The same with given statistics, for a network that has learned. */
export function normalizeWith(x: tf.Tensor2D, affine: Affine, { mean, variance }: BatchStatistics): tf.Tensor2D {
  const scale = tf.mul<tf.Tensor2D>(affine.weight, tf.rsqrt(tf.add(variance, EPSILON)));
  return tf.add(tf.mul(x, scale), tf.sub(affine.bias, tf.mul(mean, scale)));
}
