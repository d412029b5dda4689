// The single passes that a tail is made of, none differentiable: for `layerTail`, and for whoever goes through a layer
// block of rows after block of rows.
import type * as tf from "@tensorflow/tfjs-core";
import { getBackend } from "@tensorflow/tfjs-core";
import { type Dropout, dropoutKey } from "../dropout/reference";
import { runKernel } from "../register";
import { TAIL } from "./kernels";
import type { TailAttributes } from "./reference";

/** Mean and population variance over cells, each (1, channels). */
export interface BatchStatistics {
  readonly mean: tf.Tensor2D;
  readonly variance: tf.Tensor2D;
}

export interface Affine {
  readonly weight: tf.Tensor1D; // (channels,)
  readonly bias: tf.Tensor1D; // (channels,)
}

export interface Norm extends BatchStatistics {
  readonly affine: Affine;
  /** True where the statistics are those of x's own valid rows, so that the gradient is taken through them. */
  readonly ofBatch: boolean;
}

const EPSILON = 1e-5;

/** What all passes of one tail share. `firstRow`: where x begins in the whole whose dropout mask it takes part in. */
export function tailPass(
  { elu = false, dropout = null }: { readonly elu?: boolean; readonly dropout?: Dropout | null },
  nValid: number,
  firstRow = 0,
): TailAttributes {
  const drop = dropout && dropout.rate > 0 ? dropoutKey(dropout) : { key: 0, threshold: 0, scale: 1 };
  return { elu: elu ? 1 : 0, ...drop, nValid, firstRow };
}

/** (4, channels), as kernels.ts says; without a norm z is x + bias. */
export function tailCoefficients(norm: Norm | null, bias: tf.Tensor1D | null, channels: number): tf.Tensor {
  const given: tf.NamedTensorMap = norm
    ? { mean: norm.mean, variance: norm.variance, ...norm.affine }
    : bias
      ? { bias }
      : {};
  return runKernel(TAIL.coefficients, given, { channels, epsilon: EPSILON })[0];
}

/** keep · (act(z) + skip); zero from row nValid on. */
export function tailForward(
  x: tf.Tensor,
  coefficients: tf.Tensor,
  skip: tf.Tensor | null,
  pass: TailAttributes,
): tf.Tensor {
  return runKernel(TAIL.forward, { x, coefficients, ...(skip ? { skip } : {}) }, { ...pass })[0];
}

/** Σ dz and Σ dz x̂ of every channel, each (channels,). */
export interface GradientSums {
  readonly sumDz: tf.Tensor;
  readonly sumDzNormal: tf.Tensor;
}

export function tailGradientSums(
  x: tf.Tensor,
  coefficients: tf.Tensor,
  dy: tf.Tensor,
  pass: TailAttributes,
): GradientSums {
  const [sumDz, sumDzNormal] = runKernel(TAIL.gradientSums, { x, coefficients, dy }, { ...pass });
  return { sumDz, sumDzNormal };
}

/** dx; `nNormed` is the number of rows that the sums and the statistics go over, 0 where statistics are constants. */
export function tailGradient(
  x: tf.Tensor,
  coefficients: tf.Tensor,
  dy: tf.Tensor,
  sums: GradientSums,
  pass: TailAttributes & { readonly nNormed: number },
): tf.Tensor {
  return runKernel(TAIL.gradient, { x, coefficients, dy, ...sums }, { ...pass })[0];
}

/** The sums and dx of one tail; `nNormed` as above. */
export function tailBackward(
  x: tf.Tensor,
  coefficients: tf.Tensor,
  dy: tf.Tensor,
  pass: TailAttributes & { readonly nNormed: number },
): GradientSums & { readonly dx: tf.Tensor } {
  if (getBackend() === "webgpu") {
    const sums = tailGradientSums(x, coefficients, dy, pass);
    return { ...sums, dx: tailGradient(x, coefficients, dy, sums, pass) };
  }
  const [dx, sumDz, sumDzNormal] = runKernel(TAIL.backward, { x, coefficients, dy }, { ...pass });
  return { dx, sumDz, sumDzNormal };
}

/** dy where the mask keeps it and rows are valid. */
export function tailSkipGradient(dy: tf.Tensor, pass: TailAttributes): tf.Tensor {
  const identity = tailCoefficients(null, null, dy.shape[1] as number);
  return tailForward(dy, identity, null, { ...pass, elu: 0 });
}
