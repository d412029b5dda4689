import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../random";

/** Uniform in ±sqrt(6 / (fanIn + fanOut)). Source: Glorot & Bengio 2010; torch_geometric.nn.inits.glorot. */
export function glorot(shape: number[], fanIn: number, fanOut: number, rng: Rng): tf.Tensor {
  return uniform(shape, Math.sqrt(6 / (fanIn + fanOut)), rng);
}

/** Uniform in ±1 / sqrt(fanIn), the default of torch.nn.Linear for weight and bias. */
export function linearInit(shape: number[], fanIn: number, rng: Rng): tf.Tensor {
  return uniform(shape, 1 / Math.sqrt(fanIn), rng);
}

function uniform(shape: number[], bound: number, rng: Rng): tf.Tensor {
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => (2 * rng() - 1) * bound);
  return tf.tensor(values, shape);
}
