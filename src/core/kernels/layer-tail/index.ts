import * as tf from "@tensorflow/tfjs-core";
import { assertShape, LabError } from "../../errors";
import type { Dropout } from "../dropout/reference";
import { type Attributes, registerReference, runKernel } from "../register";
import { TAIL } from "./kernels";
import {
  type BatchStatistics,
  type Norm,
  tailBackward,
  tailCoefficients,
  tailForward,
  tailGradient,
  tailPass,
  tailSkipGradient,
} from "./passes";
import {
  biasReference,
  coefficientsReference,
  forwardReference,
  gradientReference,
  gradientSumsReference,
  momentsReference,
  sumsReference,
  type TailAttributes,
} from "./reference";
import { registerTailWasm } from "./wasm";
import { registerTailWebGpu } from "./webgpu";

export type { Affine, BatchStatistics, Norm } from "./passes";

registerReference(TAIL.moments, ({ x }, { nValid }) =>
  momentsReference(x.values, x.shape[1], nValid).map((values) => ({ shape: [1, x.shape[1]], values })),
);
registerReference(TAIL.sums, ({ x }, { nValid }) => [
  { shape: [1, x.shape[1]], values: sumsReference(x.values, x.shape[1], nValid) },
]);
registerReference(TAIL.coefficients, ({ mean, variance, weight, bias }, { channels, epsilon }) => [
  {
    shape: [4, channels],
    values: mean
      ? coefficientsReference(mean.values, variance.values, weight.values, bias.values, epsilon)
      : biasReference(bias?.values ?? new Float32Array(channels)),
  },
]);
registerReference(TAIL.forward, ({ x, coefficients, skip }, attributes) => [
  {
    shape: x.shape,
    values: forwardReference(x.values, coefficients.values, skip?.values ?? null, tailAttributes(attributes)),
  },
]);
registerReference(TAIL.gradientSums, ({ x, coefficients, dy }, attributes) =>
  gradientSumsReference(x.values, coefficients.values, dy.values, tailAttributes(attributes)).map((values) => ({
    shape: [x.shape[1]],
    values,
  })),
);
registerReference(TAIL.gradient, ({ x, coefficients, dy, sumDz, sumDzNormal }, attributes) => [
  {
    shape: x.shape,
    values: gradientReference(x.values, coefficients.values, dy.values, [sumDz.values, sumDzNormal.values], {
      ...tailAttributes(attributes),
      nNormed: attributes.nNormed,
    }),
  },
]);
registerReference(TAIL.backward, ({ x, coefficients, dy }, attributes) => {
  const own = tailAttributes(attributes);
  const { nNormed } = attributes;
  const sums = gradientSumsReference(x.values, coefficients.values, dy.values, own);
  const dx = gradientReference(x.values, coefficients.values, dy.values, [sums[0], sums[1]], { ...own, nNormed });
  return [{ shape: x.shape, values: dx }, ...sums.map((values) => ({ shape: [x.shape[1]], values }))];
});
registerTailWasm();
registerTailWebGpu();

function tailAttributes({ nValid, firstRow, elu, key, threshold, scale }: Attributes): TailAttributes {
  return { nValid, firstRow, elu, key, threshold, scale };
}

/**
 * Mean and population variance of every column over the leading rows. Not differentiable: `layerTail` has their
 * gradient in its own.
 *
 * Squares are taken around the mean of a block of rows, and blocks joined, so that nothing cancels in float32 where
 * values lie far from zero.
 *
 * @param x       shape (nRows, channels)
 * @param nValid  rows that count, 1 <= nValid <= nRows; those behind are padding
 * @throws LabError("range") if nValid is outside its bounds
 */
export function columnMoments(x: tf.Tensor2D, nValid = x.shape[0]): BatchStatistics {
  requireValid(nValid, x.shape[0]);
  const [mean, variance] = runKernel(TAIL.moments, { x }, { nValid }) as tf.Tensor2D[];
  return { mean, variance };
}

/** Sum of every column, shape (1, channels). Not differentiable. */
export function columnSums(x: tf.Tensor2D): tf.Tensor2D {
  return runKernel(TAIL.sums, { x }, { nValid: x.shape[0] })[0] as tf.Tensor2D;
}

/** What stands between a convolution's sum and the next layer. */
export interface LayerTail {
  /** Added to x without a norm; under a batch's own statistics it would cancel, and must be null. */
  readonly bias?: tf.Tensor1D | null;
  readonly norm?: Norm | null;
  readonly elu?: boolean;
  /** Added after the activation, of x's shape. */
  readonly skip?: tf.Tensor2D | null;
  readonly dropout?: Dropout | null;
  /** Leading rows that count; those behind are padding: their output and gradients are zero. */
  readonly nValid?: number;
}

/**
 * Batch norm or bias, ELU, skip and dropout in one pass:
 *
 *   y = keep · (elu(z) + skip),  z = weight (x - mean) / sqrt(variance + 1e-5) + bias,  or z = x + bias.
 *
 * Only x and a few rows of coefficients are kept. The gradient computes z and the dropout mask again: one pass for dz,
 * Σ dz and Σ dz x̂ of every channel, one (on WebGPU from z and the mask once more) for  dx = scale (dz - Σ dz / n - x̂ Σ dz x̂ / n).
 *
 * @param x  shape (nRows, channels)
 * @returns  the same shape; gradients in x, the norm's weight and bias, or the bias, and skip
 * @throws LabError("shape" | "range")
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167, alg. 1; Clevert et al. 2016, arXiv:1511.07289, eq. 13-14;
 * torch.nn.BatchNorm1d, torch.nn.functional.elu (the mask is kernels/dropout's).
 */
export function layerTail(x: tf.Tensor2D, tail: LayerTail): tf.Tensor2D {
  const { bias = null, norm = null, skip = null } = tail;
  const nValid = tail.nValid ?? x.shape[0];
  const channels = x.shape[1];
  requireValid(nValid, x.shape[0]);
  if (skip) assertShape("layerTail skip", skip.shape, x.shape);
  if (norm && bias) throw new LabError("internal", "layerTail: a bias before a norm belongs to the norm's mean.");
  const pass = tailPass(tail, nValid);
  // then the gradient of x is that of y
  const plain = !norm && !pass.elu && pass.threshold === 0 && nValid === x.shape[0];
  if (plain && !bias && !skip) return x;
  const affine = norm?.affine ?? (bias && { weight: null, bias });
  if (affine) assertShape("layerTail bias", affine.bias.shape, [channels]);
  const inputs = [x, ...(norm ? [norm.affine.weight] : []), ...(affine ? [affine.bias] : []), ...(skip ? [skip] : [])];

  const op = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const own = args as tf.Tensor[];
    const coefficients = tailCoefficients(norm, bias, channels);
    save(plain ? [] : [own[0], coefficients]);
    const gradients = (dy: tf.Tensor, [x, coefficients]: tf.Tensor[]): tf.Tensor[] => {
      if (plain) {
        const dBias = bias ? [tf.reshape(columnSums(dy as tf.Tensor2D), [channels])] : [];
        return [dy, ...dBias, ...(skip ? [tf.reshape(dy, dy.shape)] : [])];
      }
      const whole = { ...pass, nNormed: norm?.ofBatch ? nValid : 0 };
      const none = { sumDz: tf.zeros([channels]), sumDzNormal: tf.zeros([channels]) };
      const { dx, sumDz, sumDzNormal } = affine
        ? tailBackward(x, coefficients, dy, whole)
        : { ...none, dx: tailGradient(x, coefficients, dy, none, whole) };
      const dAffine = norm ? [sumDzNormal, sumDz] : affine ? [sumDz] : [];
      return [dx, ...dAffine, ...(skip ? [tailSkipGradient(dy, pass)] : [])];
    };
    return {
      value: tailForward(own[0], coefficients, skip && own[own.length - 1], pass),
      // tfjs frees what a gradient of one's own makes on the way only after the whole backward pass
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.tidy(() => gradients(dy, saved)),
    };
  });
  return op(...inputs) as tf.Tensor2D;
}

function requireValid(nValid: number, nRows: number): void {
  if (!(Number.isInteger(nValid) && nValid >= 1 && nValid <= nRows))
    throw new LabError("range", `nValid: expected a whole number from 1 to ${nRows}, got ${nValid}.`);
}
