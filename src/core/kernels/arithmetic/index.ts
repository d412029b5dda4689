import * as tf from "@tensorflow/tfjs-core";
import { registerWasm } from "../register";

/**
 * Gives tfjs's sums and products of matrices on wasm to all threads: its own run on one, and the automatic gradient adds
 * up activations with them. What they do not cover (other shapes, integers, few numbers) stays tfjs's. Same bits.
 *
 * tfjs must have registered its own kernels before.
 */
export function shareArithmetic(): void {
  replace(tf.Add, "LabAdd", 0);
  replace(tf.Multiply, "LabMultiply", 1);
}

/** Fewer numbers than this are done before another thread has woken. */
const WORTH_SHARING = 2 ** 18;
const replaced = new Set<string>();

function replace(name: string, own: string, multiply: number): void {
  const stock = tf.getKernel(name, "wasm");
  if (replaced.has(name) || !stock) return;
  replaced.add(name);
  registerWasm(own, ({ inputs: { a, b }, at, output, run }) => {
    // adding and multiplying do not mind the order; the smaller one comes second
    const swapped = tf.util.sizeFromShape(a.shape) < tf.util.sizeFromShape(b.shape);
    const [large, small] = swapped ? ["b", "a"] : ["a", "b"];
    const [[nRows, channels], other] = swapped ? [b.shape, a.shape] : [a.shape, b.shape];
    const y = output([nRows, channels]);
    const isColumn = other[1] === 1 && channels > 1;
    const step = other[0] === 1 && nRows > 1 ? 0 : 4 * other[1];
    const args = [channels, multiply, at(large), 4 * channels, at(small), step, isColumn ? 1 : 0, y.at];
    run("rowArithmetic", { rows: nRows, multiplications: nRows * channels }, args);
    return [y.info];
  });
  const kernel = tf.getKernel(own, "wasm") as tf.KernelConfig;
  tf.unregisterKernel(name, "wasm");
  tf.registerKernel({
    ...stock,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      return covers(a, b) ? (kernel.kernelFunc(call) as tf.TensorInfo[])[0] : stock.kernelFunc(call);
    },
  });
}

/** Two matrices of which one is as large as the result, and the other as well, or one of its rows, or of its columns. */
function covers(a: tf.TensorInfo, b: tf.TensorInfo): boolean {
  if (a.dtype !== "float32" || b.dtype !== "float32" || a.shape.length !== 2 || b.shape.length !== 2) return false;
  const shape = [0, 1].map((axis) => Math.max(a.shape[axis], b.shape[axis]));
  if (shape[0] * shape[1] < WORTH_SHARING) return false;
  const whole = ({ shape: own }: tf.TensorInfo): boolean => own[0] === shape[0] && own[1] === shape[1];
  return whole(a) || whole(b);
}
