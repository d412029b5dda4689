import * as tf from "@tensorflow/tfjs-core";
import { assertShape, LabError } from "../../errors";
import { type HostArray, registerReference, runKernel } from "../register";
import { LANES, SIMILARITY } from "./kernels";
import { type Similarities, similarityGradientReference, similarityLseReference } from "./reference";
import { registerSimilarityWasm } from "./wasm";
import { registerSimilarityWebGpu } from "./webgpu";

const hostArrays = (a: HostArray, b: HostArray, { scale, others }: Readonly<Record<string, number>>): Similarities => ({
  a: a.values,
  b: b.values,
  channels: a.shape[1],
  scale,
  others: others === 1,
});
registerReference(SIMILARITY.forward, ({ a, b }, attributes) => [
  { shape: [a.shape[0]], values: similarityLseReference(hostArrays(a, b, attributes)) },
]);
registerReference(SIMILARITY.gradient, ({ a, b, lse, dy }, attributes) => [
  { shape: a.shape, values: similarityGradientReference(hostArrays(a, b, attributes), lse.values, dy.values) },
]);
registerSimilarityWasm();
registerSimilarityWebGpu();

/**
 * lse_i = log of the sum over all j but i of exp(z_i · z_j / τ): what is below the fraction of a contrastive loss.
 *
 * The scores are made in tiles and forgotten; the forward pass keeps one number per row, the backward pass makes the
 * scores again: never (nRows, nRows).
 *
 * @param z            (nRows, channels), float32, at least two rows; usually of length 1
 * @param temperature  τ > 0
 * @returns            (nRows,); gradient in z, as row and as column
 * @throws LabError("shape") with fewer than two rows, LabError("range") if τ is not positive.
 * Cost: 2 nRows² channels operations forward, twice as many backward; O(nRows channels) memory.
 * Source: the online softmax of Milakov & Gimelshein 2018, arXiv:1805.02867, in tiles as Dao et al. 2022, arXiv:2205.14135.
 */
export function lseOfOthers(z: tf.Tensor2D, temperature: number): tf.Tensor1D {
  assertRows("lseOfOthers z", z, 2);
  const attributes = { scale: scaleOf(temperature), others: 1 };
  return apply(z, (v) => ({ a: v, b: v }), attributes);
}

/**
 * lse_i = log of the sum over all keys j of exp(q_i · k_j / τ), as above; the keys are constant.
 *
 * @param queries  (nRows, channels), float32
 * @param keys     (nKeys, channels), float32, at least one row; gets no gradient
 * @returns        (nRows,); gradient in the queries
 * @throws LabError("shape") if widths differ or there is no key, LabError("range") if τ is not positive.
 */
export function lseOfKeys(queries: tf.Tensor2D, keys: tf.Tensor2D, temperature: number): tf.Tensor1D {
  assertShape("lseOfKeys keys", keys.shape, [-1, queries.shape[1]]);
  assertRows("lseOfKeys queries", queries, 1);
  assertRows("lseOfKeys keys", keys, 1);
  const attributes = { scale: scaleOf(temperature), others: 0 };
  const b = toLanes(keys);
  return apply(queries, (a) => ({ a, b }), attributes);
}

function apply(
  x: tf.Tensor2D,
  inputs: (x: tf.Tensor) => { a: tf.Tensor; b: tf.Tensor },
  attributes: { scale: number; others: number },
): tf.Tensor1D {
  const op = tf.customGrad((v, save) => {
    const { a, b } = inputs(v as tf.Tensor);
    const [lse] = runKernel(SIMILARITY.forward, { a, b }, attributes);
    (save as tf.GradSaveFunc)(a === b ? [a, lse] : [a, lse, b]);
    return {
      value: lse,
      gradFunc: (dy: tf.Tensor, [a, lse, b = a]: tf.Tensor[]) =>
        runKernel(SIMILARITY.gradient, { a, b, lse, dy }, attributes),
    };
  });
  return op(toLanes(x)) as tf.Tensor1D;
}

/** Zeros behind the channels change no score, and their gradient is cut off again. */
function toLanes(x: tf.Tensor2D): tf.Tensor2D {
  const missing = -x.shape[1] & (LANES - 1);
  if (missing === 0) return x;
  return tf.pad(x, [
    [0, 0],
    [0, missing],
  ]);
}

function scaleOf(temperature: number): number {
  if (temperature > 0) return 1 / temperature;
  throw new LabError("range", `The temperature has to be above 0; it is ${temperature}.`);
}

function assertRows(name: string, x: tf.Tensor2D, least: number): void {
  if (x.shape[0] < least || x.shape[1] === 0)
    throw new LabError("shape", `${name}: expected at least ${least} rows and one channel, got [${x.shape}].`);
}
