import { type DropoutKey, dropFactor } from "../dropout/reference";

/** The numbers of a tail, as kernels.ts lists them. */
export interface TailAttributes extends DropoutKey {
  readonly nValid: number;
  readonly firstRow: number;
  readonly elu: number;
}

type Numbers = ArrayLike<number>;

/** Mean and population variance of each column over the first nValid rows. */
export function momentsReference(x: Numbers, channels: number, nValid: number): [Float32Array, Float32Array] {
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (let i = 0; i < nValid; i++) for (let c = 0; c < channels; c++) mean[c] += x[i * channels + c] / nValid;
  for (let i = 0; i < nValid; i++)
    for (let c = 0; c < channels; c++) variance[c] += (x[i * channels + c] - mean[c]) ** 2 / nValid;
  return [Float32Array.from(mean), Float32Array.from(variance)];
}

/** Sum of each column over the first nValid rows. */
export function sumsReference(x: Numbers, channels: number, nValid: number): Float32Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < nValid; i++) for (let c = 0; c < channels; c++) sums[c] += x[i * channels + c];
  return Float32Array.from(sums);
}

/** Rows mean, weight / sqrt(variance + ε), bias, 1 / sqrt(variance + ε). */
export function coefficientsReference(
  mean: Numbers,
  variance: Numbers,
  weight: Numbers,
  bias: Numbers,
  epsilon: number,
): Float32Array {
  const channels = mean.length;
  const out = new Float32Array(4 * channels);
  for (let c = 0; c < channels; c++) {
    const inverse = 1 / Math.sqrt(variance[c] + epsilon);
    [mean[c], weight[c] * inverse, bias[c], inverse].forEach((value, row) => {
      out[row * channels + c] = value;
    });
  }
  return out;
}

/** Rows 0, 1, bias, 1: z = x + bias. */
export function biasReference(bias: Numbers): Float32Array {
  const ones = Array.from(bias, () => 1);
  return Float32Array.from([ones.map(() => 0), ones, Array.from(bias), ones].flat());
}

/** y = keep · (act(z) + skip), z = (x - mean) scale + shift; zero from row nValid on. */
export function forwardReference(
  x: Numbers,
  coefficients: Numbers,
  skip: Numbers | null,
  attributes: TailAttributes,
): Float32Array {
  const channels = coefficients.length / 4;
  const factor = elementFactor(attributes, channels);
  const y = new Float32Array(x.length);
  for (let k = 0; k < attributes.nValid * channels; k++) {
    const z = linear(x[k], coefficients, k % channels);
    const value = (attributes.elu && z <= 0 ? Math.expm1(z) : z) + (skip ? skip[k] : 0);
    y[k] = value * factor(k);
  }
  return y;
}

/** Σ dz and Σ dz x̂ of each column, where dz = keep · dy · act'(z). */
export function gradientSumsReference(
  x: Numbers,
  coefficients: Numbers,
  dy: Numbers,
  attributes: TailAttributes,
): [Float32Array, Float32Array] {
  const channels = coefficients.length / 4;
  const dz = dzOf(x, coefficients, dy, attributes);
  const sums = new Float64Array(channels);
  const products = new Float64Array(channels);
  for (let k = 0; k < dz.length; k++) {
    const c = k % channels;
    sums[c] += dz[k];
    products[c] += dz[k] * (x[k] - coefficients[c]) * coefficients[3 * channels + c];
  }
  return [Float32Array.from(sums), Float32Array.from(products)];
}

/** dx = scale (dz - Σ dz / n - x̂ Σ dz x̂ / n), without the sums where n = nNormed is 0. */
export function gradientReference(
  x: Numbers,
  coefficients: Numbers,
  dy: Numbers,
  sums: readonly [Numbers, Numbers],
  attributes: TailAttributes & { readonly nNormed: number },
): Float32Array {
  const channels = coefficients.length / 4;
  const dz = dzOf(x, coefficients, dy, attributes);
  const n = attributes.nNormed;
  const dx = new Float32Array(x.length);
  for (let k = 0; k < dz.length; k++) {
    const c = k % channels;
    const normal = (x[k] - coefficients[c]) * coefficients[3 * channels + c];
    const through = n > 0 ? (sums[0][c] + normal * sums[1][c]) / n : 0;
    dx[k] = coefficients[channels + c] * (dz[k] - through);
  }
  return dx;
}

/** Of the valid rows alone. */
function dzOf(x: Numbers, coefficients: Numbers, dy: Numbers, attributes: TailAttributes): Float64Array {
  const channels = coefficients.length / 4;
  const factor = elementFactor(attributes, channels);
  return Float64Array.from({ length: attributes.nValid * channels }, (_, k) => {
    const z = linear(x[k], coefficients, k % channels);
    return dy[k] * factor(k) * (attributes.elu && z <= 0 ? Math.exp(z) : 1);
  });
}

function linear(x: number, coefficients: Numbers, c: number): number {
  const channels = coefficients.length / 4;
  return (x - coefficients[c]) * coefficients[channels + c] + coefficients[2 * channels + c];
}

function elementFactor(attributes: TailAttributes, channels: number): (k: number) => number {
  if (attributes.threshold === 0) return () => 1;
  const factor = dropFactor(attributes);
  return (k) => factor(k + attributes.firstRow * channels);
}
