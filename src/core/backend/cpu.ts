import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import type { OpenedDevice } from "./backend";
import { replaceBackend } from "./registry";

/** Plain JavaScript, for tests: the reference twins of the kernels run here. */
export async function openCpu(): Promise<OpenedDevice> {
  await replaceBackend("cpu", new MathBackendCPU());
  let peak = 0;
  const bytes = (): number => {
    const now = tf.memory().numBytes;
    peak = Math.max(peak, now);
    return now;
  };
  return {
    software: false,
    threads: 1,
    simd: false,
    limits: { totalBytes: null, arrayBytes: null },
    lost: new Promise(() => {}),
    takeError: () => undefined,
    heldBytes: bytes,
    peakBytes: () => Math.max(bytes(), peak), // the highest that was looked at: tests only
    restartPeak() {
      peak = 0;
    },
    trim() {},
    close() {},
  };
}
