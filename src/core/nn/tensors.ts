import * as tf from "@tensorflow/tfjs-core";

/** Tensors by name, as in a state_dict. Immutable: an update gives a new record. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** One named array outside the device, in the layout of PyTorch. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * What a network holds: `weights` are learned by gradient, `buffers` (running statistics, moving
 * averages of weights) are not.
 */
export interface Params {
  readonly weights: NamedTensors;
  readonly buffers: NamedTensors;
}

/**
 * `tf.tidy` for a result of several tensors: they outlive every scope, and their owner disposes them;
 * everything else that `compute` makes is freed.
 */
export function keepResult<T extends object>(compute: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = compute();
    for (const t of tensorsIn(result)) tf.keep(t);
  });
  return result as T;
}

/** `tf.tidy` for a result of any shape: frees what `compute` makes and does not return. */
export function tidy<T extends object>(compute: () => T): T {
  return tf.tidy(compute as () => tf.TensorContainer) as T;
}

/** Every tensor inside plain objects and arrays. */
export function tensorsIn(value: unknown): tf.Tensor[] {
  if (value instanceof tf.Tensor) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(tensorsIn);
}

/** Frees every tensor inside plain objects and arrays. */
export function disposeAll(value: unknown): void {
  for (const t of tensorsIn(value)) t.dispose();
}

/** A copy of a network that the caller owns. */
export function cloneParams({ weights, buffers }: Params): Params {
  const clone = (tensors: NamedTensors): NamedTensors =>
    Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, tf.clone(t)]));
  return keepResult(() => ({ weights: clone(weights), buffers: clone(buffers) }));
}

/** Puts a prefix and a dot before every name. */
export function withPrefix<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** The entries whose name starts with the prefix and a dot, without it. */
export function underPrefix<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  const start = `${prefix}.`;
  return Object.fromEntries(
    Object.entries(record)
      .filter(([name]) => name.startsWith(start))
      .map(([name, value]) => [name.slice(start.length), value]),
  );
}

/**
 * A tensor's values as PyTorch keeps them: matrices named `weight` are (out, in) there and (in, out) here,
 * because the first one multiplies sparse rows from the right.
 */
export function toTorchLayout(name: string, shape: readonly number[], data: Float32Array): NamedArray {
  if (!isMatrixWeight(name, shape)) return { name, shape, data };
  return { name, shape: [shape[1], shape[0]], data: transposed(data, shape[0], shape[1]) };
}

/** The reverse of `toTorchLayout`. */
export function fromTorchLayout(array: NamedArray): NamedArray {
  return toTorchLayout(array.name, array.shape, array.data);
}

function isMatrixWeight(name: string, shape: readonly number[]): boolean {
  return shape.length === 2 && /(^|\.)weight$/.test(name);
}

function transposed(data: Float32Array, nRows: number, nCols: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < nRows; i++) for (let j = 0; j < nCols; j++) out[j * nRows + i] = data[i * nCols + j];
  return out;
}
