import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../nn/constant";
import { normal, type Rng } from "../random";
import { normalizeRows } from "./losses/normalize-rows";

/** A queue of directions drawn at random, which the first steps replace; (size, channels), rows of length 1. */
export function randomQueue(size: number, channels: number, rng: Rng): tf.Tensor2D {
  const values = Float32Array.from({ length: size * channels }, () => normal(rng));
  return normalizeRows(tf.tensor2d(values, [size, channels]));
}

/**
 * The queue with new rows in front and as many old ones gone from its end. Of more rows than it holds, those at even distances are
 * taken, since cells of a slice often lie in the order of the tissue.
 *
 * @param rows  (nObs, channels), of length 1
 * Differs from MoCo's code, which writes over a ring and asks that batches divide it: here batches may be of any size.
 */
export function enqueue(queue: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D {
  const [size, n] = [queue.shape[0], rows.shape[0]];
  return constant(() => {
    if (n < size) return tf.concat2d([rows, tf.slice2d(queue, [0, 0], [size - n, -1])], 0);
    const places = Int32Array.from({ length: size }, (_, i) => Math.floor((i * n) / size));
    return tf.gather(rows, tf.tensor1d(places, "int32"));
  });
}
