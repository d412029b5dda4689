// A method's networks: an encoder and the heads on it, each with its own part of the names.
import * as tf from "@tensorflow/tfjs-core";
import { type Encoded, updateRunningStatistics } from "../nn/encoder";
import { type Mapped, updateMlpStatistics } from "../nn/mlp";
import { type NamedTensors, type Params, underPrefix, withPrefix } from "../nn/tensors";
import { rowCosines } from "./losses/row-cosines";

/** Batch statistics of one pass: of the encoder, and of each head by its name. */
export interface NetworkStatistics {
  readonly encoder: Encoded["statistics"];
  readonly heads: Readonly<Record<string, Mapped["statistics"]>>;
}

/** Several networks as one, each under its name. */
export function joined(parts: Readonly<Record<string, Params>>): Params {
  const all = (kind: keyof Params) =>
    Object.assign({}, ...Object.entries(parts).map(([name, part]) => withPrefix(name, part[kind])));
  return { weights: all("weights"), buffers: all("buffers") };
}

export function partOf({ weights, buffers }: Params, name: string): Params {
  return { weights: underPrefix(name, weights), buffers: underPrefix(name, buffers) };
}

/** Running statistics after these passes, one after the other; only those that moved. */
export function movedBuffers(buffers: NamedTensors, passes: readonly NetworkStatistics[]): NamedTensors {
  let moved: NamedTensors = {};
  for (const { encoder, heads } of passes) {
    const now = { ...buffers, ...moved };
    const parts = Object.entries(heads).map(([name, statistics]) =>
      withPrefix(name, updateMlpStatistics(underPrefix(name, now), statistics)),
    );
    const ofEncoder = withPrefix("encoder", updateRunningStatistics(underPrefix("encoder", now), encoder));
    moved = Object.assign({}, moved, ofEncoder, ...parts);
  }
  return moved;
}

/** 1 - cos of every row of both, (nRows,). */
export function distances(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor1D {
  return tf.reshape(tf.sub(1, rowCosines(a, b)), [-1]);
}
