import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Lets a tensor that equals another share its data on wasm, as tfjs's reshape does there already.
 *
 * tfjs's own versions of these two kernels copy. It calls the first for every tensor that an operation keeps for its
 * gradient and the second on the way back, where numbers are floats already, so a training step copies each activation
 * several times. Sharing is safe because no kernel writes to its inputs; the data is freed with its last tensor.
 */
export function shareEqualData(): void {
  replaceKernel(tf.Identity, (input) => input.dtype !== "string");
  replaceKernel(tf.Cast, (input, { dtype }) => input.dtype === dtype);
}

const replaced = new Set<string>();

/** Puts a kernel that shares in place of tfjs's, which still serves where the two tensors differ. */
function replaceKernel(name: string, isEqual: (input: tf.TensorInfo, attributes: tf.NamedAttrMap) => boolean): void {
  const stock = tf.getKernel(name, "wasm");
  if (replaced.has(name) || !stock) return;
  replaced.add(name);
  tf.unregisterKernel(name, "wasm");
  tf.registerKernel({
    ...stock,
    kernelFunc(call) {
      const { x } = call.inputs as { x: tf.TensorInfo };
      if (!isEqual(x, call.attrs ?? {})) return stock.kernelFunc(call);
      (call.backend as BackendWasm).incRef(x.dataId as tf.DataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  });
}
