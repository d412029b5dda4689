import * as tf from "@tensorflow/tfjs-core";
import { LabError } from "../errors";

/** Own kernel that a backend must get right; looked up by name, as kernels stand above this room. */
const KERNEL = "LabCsrMatmul";

/**
 * Runs the sparse and the dense product on the active backend and compares them with plain loops. The numbers are
 * small integers, exact in float32, so anything but equality is a fault of the driver or of its compiler.
 *
 * @throws LabError("device") if a product is wrong; LabError("internal") if no kernel was imported before.
 */
export async function probeBackend(): Promise<void> {
  const name = tf.getBackend();
  if (tf.getKernel(KERNEL, name) === undefined)
    throw new LabError("internal", `The kernel ${KERNEL} is not registered for ${name}.`, "Import kernels first.");

  const [n, width] = [67, 36];
  const x = Float32Array.from({ length: n * width }, (_, i) => ((i * 7) % 13) - 6);
  const dense = new Float32Array(n * n); // row i has i % 5 entries, so some rows are empty
  const [indptr, indices, data] = [[0], [] as number[], [] as number[]];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i % 5; k++) {
      const j = Math.floor(((k + 1) * n) / 6);
      indices.push(j);
      data.push(((i + k) % 7) - 3);
      dense[i * n + j] = ((i + k) % 7) - 3;
    }
    indptr.push(indices.length);
  }
  const expected = new Float32Array(n * width);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let c = 0; c < width; c++) expected[i * width + c] += dense[i * n + j] * x[j * width + c];

  const [sparseProduct, denseProduct] = tf.tidy(() => {
    const xs = tf.tensor2d(x, [n, width]);
    const csr = {
      indptr: tf.tensor1d(indptr, "int32"),
      indices: tf.tensor1d(indices, "int32"),
      data: tf.tensor1d(data),
    };
    const [y] = tf
      .engine()
      .runKernel(KERNEL, { ...csr, x: xs } as tf.NamedTensorMap, { entries: indices.length }) as unknown as tf.Tensor[];
    return [y, tf.matMul(tf.tensor2d(dense, [n, n]), xs)];
  });
  for (const [what, tensor] of [["sparse", sparseProduct] as const, ["dense", denseProduct] as const]) {
    const got = await tensor.data();
    tensor.dispose();
    const wrong = expected.findIndex((v, i) => v !== got[i]);
    if (wrong >= 0)
      throw new LabError(
        "device",
        `${name} computes the ${what} product wrongly: expected ${expected[wrong]} at ${wrong}, got ${got[wrong]}.`,
        "Update the graphics driver or the browser, or use another backend.",
      );
  }
}
