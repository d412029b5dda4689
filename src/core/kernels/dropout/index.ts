import * as tf from "@tensorflow/tfjs-core";
import { registerReference, runKernel } from "../register";
import { type Dropout, type DropoutKey, dropoutKey, dropoutReference } from "./reference";
import { registerDropoutWasm } from "./wasm";
import { registerDropoutWebGpu } from "./webgpu";

const NAME = "LabDropout";

registerReference(NAME, ({ x }, attributes) => [
  {
    shape: x.shape,
    values: dropoutReference(x.values, attributes as unknown as DropoutKey),
  },
]);
registerDropoutWasm(NAME);
registerDropoutWebGpu(NAME);

/**
 * Zeroes each element with probability `rate` and scales the rest by 1 / (1 - rate).
 *
 * Counter-based: whether an element stays depends on the seed and its index alone, by integer arithmetic, so
 * the mask is the same on every backend and is computed again in the gradient instead of being stored.
 *
 * @param x     any 2-D float32 tensor
 * @param rate  in [0, 1); 0 returns x itself
 * @param seed  32-bit integer; a new one for every step and layer
 * @throws LabError("range") if rate is outside [0, 1).
 */
export function dropout(x: tf.Tensor2D, options: Dropout): tf.Tensor2D {
  const attributes: Record<string, number> = { ...dropoutKey(options) };
  if (options.rate === 0) return x;
  const op = tf.customGrad((v) => ({
    value: runKernel(NAME, { x: v as tf.Tensor }, attributes)[0],
    gradFunc: (dy: tf.Tensor) => [runKernel(NAME, { x: dy }, attributes)[0]],
  }));
  return op(x) as tf.Tensor2D;
}
