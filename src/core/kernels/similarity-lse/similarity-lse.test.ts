import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, test } from "vitest";
import type { Backend } from "../../backend/backend";
import { createRng } from "../../random";
import { expectClose, numericGradient, onBackend, openForTest, randomFloats } from "../testing/backends";
import { lseOfKeys, lseOfOthers } from ".";
import { similarityGradientReference, similarityLseReference } from "./reference";

/** Rows, keys, widths: no tile is whole in one, and whole in another; more channels than one workgroup sums. */
const SIZES = [
  [2, 1, 1],
  [3, 5, 2],
  [33, 70, 8],
  [64, 64, 32],
  [67, 129, 37],
  [130, 65, 64],
  [5, 40, 150],
] as const;

describe.each(["cpu", "wasm", "webgpu"] as const)("log-sum-exp of similarities on %s", (name) => {
  const backend = onBackend(name);

  test.each(SIZES)(
    "and its gradient equal the definition for %i rows, %i keys, %i channels",
    async (n, m, channels) => {
      const rng = createRng(n * m + channels);
      const [q, keys, dy] = [randomFloats(n * channels, rng), randomFloats(m * channels, rng), randomFloats(n, rng)];
      for (const others of [true, false]) {
        const { value, grad } = tf.tidy(() => {
          const k = tf.tensor2d(keys, [m, channels]);
          const f = (x: tf.Tensor) =>
            others ? lseOfOthers(x as tf.Tensor2D, 0.2) : lseOfKeys(x as tf.Tensor2D, k, 0.2);
          return tf.valueAndGrad(f)(tf.tensor2d(q, [n, channels]), tf.tensor1d(dy));
        });
        const similarities = { a: q, b: others ? q : keys, channels, scale: 5, others };
        const lse = similarityLseReference(similarities);
        expectClose(await backend().read(value), lse, 2e-6);
        // exp(score - lse) carries the rounding of scores up to a hundred
        expectClose(await backend().read(grad), similarityGradientReference(similarities, lse, dy), 3e-5);
        tf.dispose([value, grad]);
      }
    },
  );

  test("agrees with central differences, as rows and as columns", async () => {
    const rng = createRng(3);
    const [n, channels] = [5, 3];
    const [x, keys, dy] = [randomFloats(n * channels, rng), randomFloats(4 * channels, rng), randomFloats(n, rng)];
    for (const others of [true, false]) {
      const weighted = (v: Float32Array): number => {
        const lse = similarityLseReference({ a: v, b: others ? v : keys, channels, scale: 2, others });
        return lse.reduce((sum, value, i) => sum + value * dy[i], 0);
      };
      const gradient = tf.tidy(() => {
        const k = tf.tensor2d(keys, [4, channels]);
        const f = (v: tf.Tensor) => (others ? lseOfOthers(v as tf.Tensor2D, 0.5) : lseOfKeys(v as tf.Tensor2D, k, 0.5));
        return tf.grad(f)(tf.tensor2d(x, [n, channels]), tf.tensor1d(dy));
      });
      expectClose(await backend().read(gradient), await numericGradient(weighted, x), 1e-3);
      gradient.dispose();
    }
  });

  test("scores far from zero neither overflow nor vanish", async () => {
    const z = [30, 0, 30, 1, -30, 2, 0, 30];
    const lse = tf.tidy(() => lseOfOthers(tf.tensor2d(z, [4, 2]), 0.1));
    const expected = similarityLseReference({ a: z, b: z, channels: 2, scale: 10, others: true });
    expectClose(await backend().read(lse), expected, 1e-6);
    lse.dispose();
  });

  test("what is not a number stays seen, and nothing leaks", async () => {
    const before = backend().memory().tensors;
    const z = tf.tensor2d([1, Number.NaN, 0, 1, 1, 1], [3, 2]);
    const lse = tf.tidy(() => lseOfOthers(z, 1));
    // WGSL leaves open what comes of it
    if (name !== "webgpu") expect(Array.from(await backend().read(lse)).every(Number.isNaN)).toBe(true);
    tf.dispose([z, lse]);
    expect(backend().memory().tensors).toBe(before);
  });

  test("names what it cannot do", () => {
    expect(() => lseOfOthers(tf.ones([1, 4]), 1)).toThrow("lseOfOthers z: expected at least 2 rows");
    expect(() => lseOfOthers(tf.ones([3, 4]), 0)).toThrow("The temperature has to be above 0; it is 0.");
    expect(() => lseOfKeys(tf.ones([3, 4]), tf.ones([3, 5]), 1)).toThrow("keys: expected shape [-1,4], got [3,5].");
    tf.disposeVariables();
  });
});

describe("bits", () => {
  let backend: Backend | undefined;
  afterEach(() => backend?.dispose());

  /** Log-sum-exps and gradients, at a size worth sharing among threads. */
  async function everything(): Promise<Float32Array[]> {
    const rng = createRng(8);
    const [n, channels] = [413, 40];
    const [x, keys] = [randomFloats(n * channels, rng), randomFloats(300 * channels, rng)];
    const results = tf.tidy(() => {
      const [z, k] = [tf.tensor2d(x, [n, channels]), tf.tensor2d(keys, [300, channels])];
      const others = tf.valueAndGrad((v) => lseOfOthers(v as tf.Tensor2D, 0.2))(z, tf.ones([n]));
      const queue = tf.valueAndGrad((v) => lseOfKeys(v as tf.Tensor2D, k, 0.2))(z, tf.ones([n]));
      return [others.value, others.grad, queue.value, queue.grad];
    });
    const bits: Float32Array[] = [];
    for (const result of results) bits.push(((await result.data()) as Float32Array).slice());
    tf.dispose(results);
    return bits;
  }

  test("are the same for any number of threads", async () => {
    let expected: Float32Array[] | undefined;
    for (const threads of [1, 2, 4]) {
      backend = await openForTest("wasm", { threads });
      for (const round of [0, 1]) {
        if (round === 1) await new Promise((resolve) => setTimeout(resolve, 200));
        const bits = await everything();
        expected ??= bits;
        expect(bits, `${threads} threads`).toEqual(expected);
      }
      backend?.dispose();
    }
  });

  test("repeat on WebGPU", async () => {
    backend = await openForTest("webgpu");
    if (backend) expect(await everything()).toEqual(await everything());
  });
});
