import * as tf from "@tensorflow/tfjs-core";
import type { BackendName } from "./backend";

/** Makes `instance` tfjs's active backend under `name`, in place of one of that name. */
export async function replaceBackend(name: BackendName, instance: tf.KernelBackend): Promise<void> {
  closeBackend(name);
  tf.registerBackend(name, () => instance);
  // Throws nothing: the instance exists already, so tfjs has nothing left to initialise.
  await tf.setBackend(name);
}

/** Disposes tfjs's backend of that name, if there is one, and forgets its factory. */
export function closeBackend(name: BackendName): void {
  if (tf.findBackendFactory(name)) tf.removeBackend(name);
}
