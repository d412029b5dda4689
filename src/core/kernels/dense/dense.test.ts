import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../../random";
import { expectClose, numericGradient, onBackend, randomFloats } from "../testing/backends";
import { dense, transposedDense } from ".";
import { denseReference } from "./reference";

describe.each(["cpu", "wasm", "webgpu"] as const)("dense on %s", (name) => {
  const backend = onBackend(name);

  // whole tiles and parts of them, more than one block of rows and of terms, and no terms at all
  test.each([
    [1, 1, 1],
    [1, 70, 40],
    [4, 4, 8],
    [5, 3, 7],
    [9, 300, 12],
    [33, 64, 17],
    [300, 9, 5],
    [40, 24, 280],
    [3, 0, 2],
    [0, 3, 2],
  ])("product and gradients equal the definition for %i x %i x %i", async (n, k, m) => {
    const rng = createRng(n);
    const [x, w, dy] = [randomFloats(n * k, rng), randomFloats(k * m, rng), randomFloats(n * m, rng)];
    const made = tf.tidy(() => {
      const [xs, ws, dys] = [tf.tensor2d(x, [n, k]), tf.tensor2d(w, [k, m]), tf.tensor2d(dy, [n, m])];
      const { value, grads } = tf.valueAndGrads((a, b) => dense(a as tf.Tensor2D, b as tf.Tensor2D))([xs, ws], dys);
      return [value, ...grads, transposedDense(xs, dys)];
    });
    const host = (values: Float32Array, ...shape: number[]) => ({ shape, values });
    const dWeight = denseReference(host(x, n, k), host(dy, n, m), { transposeLeft: true });
    const expected = [
      denseReference(host(x, n, k), host(w, k, m)),
      denseReference(host(dy, n, m), host(w, k, m), { transposeRight: true }),
      dWeight,
      dWeight,
    ];
    for (const [i, { shape, values }] of expected.entries()) {
      expect(made[i].shape).toEqual(shape);
      expectClose(await backend().read(made[i]), values, 2e-6);
    }
    tf.dispose(made);
  });

  test.each([1, 7, 8, 30, 300])("a symmetric product of %i columns equals the whole one", async (n) => {
    const rng = createRng(n);
    const nRows = 150;
    const [x, scale] = [randomFloats(nRows * n, rng), randomFloats(nRows, rng)];
    const y = x.map((value, i) => value * scale[Math.floor(i / n)]);
    const made = tf.tidy(() =>
      transposedDense(tf.tensor2d(x, [nRows, n]), tf.tensor2d(y, [nRows, n]), { symmetric: true }),
    );
    const [left, right] = [x, y].map((values) => ({ shape: [nRows, n], values }));
    expectClose(await backend().read(made), denseReference(left, right, { transposeLeft: true }).values, 2e-6);
    made.dispose();
  });

  test("the gradients agree with central differences", async () => {
    const rng = createRng(5);
    const [x, w, weights] = [randomFloats(6 * 5, rng), randomFloats(5 * 9, rng), randomFloats(6 * 9, rng)];
    const gradients = tf.tidy(() => {
      const loss = (a: tf.Tensor, b: tf.Tensor) =>
        tf.sum(tf.mul(tf.square(dense(a as tf.Tensor2D, b as tf.Tensor2D)), tf.tensor2d(weights, [6, 9])));
      return tf.grads(loss)([tf.tensor2d(x, [6, 5]), tf.tensor2d(w, [5, 9])]);
    });
    const loss = (a: Float32Array, b: Float32Array): number => {
      const y = denseReference({ shape: [6, 5], values: a }, { shape: [5, 9], values: b }).values;
      return y.reduce((sum, value, i) => sum + value * value * weights[i], 0);
    };
    const numeric = [await numericGradient((v) => loss(v, w), x), await numericGradient((v) => loss(x, v), w)];
    for (const i of [0, 1]) expectClose(await backend().read(gradients[i]), numeric[i], 1e-3);
    tf.dispose(gradients);
  });

  test("keeps nothing, and names the shape it got", () => {
    const before = backend().memory().tensors;
    const sum = (a: tf.Tensor, b: tf.Tensor) => tf.sum(dense(a as tf.Tensor2D, b as tf.Tensor2D));
    tf.tidy(() => {
      tf.grads(sum)([tf.ones([9, 8]), tf.ones([8, 3])]);
    });
    expect(backend().memory().tensors).toBe(before);
    tf.tidy(() => {
      expect(() => dense(tf.zeros([2, 3]), tf.zeros([4, 5]))).toThrow("dense w: expected shape [3,-1], got [4,5].");
      expect(() => transposedDense(tf.zeros([2, 3]), tf.zeros([3, 5]))).toThrow("transposedDense y");
    });
  });
});
