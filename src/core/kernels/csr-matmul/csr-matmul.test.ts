import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { transpose } from "../../graph/csr";
import { createRng } from "../../random";
import { uploadCsr } from "../device-csr";
import { expectClose, numericGradient, onBackend, openForTest, randomCsr, randomFloats } from "../testing/backends";
import { csrMatmul } from ".";
import { csrMatmulReference } from "./reference";

describe.each(["cpu", "wasm", "webgpu"] as const)("csrMatmul on %s", (name) => {
  const backend = onBackend(name);

  test.each([1, 3, 4, 5, 8, 12, 32, 33, 64, 100])("equals the definition with %i channels", async (channels) => {
    for (const [nRows, nCols] of [
      [1, 1],
      [1, 40],
      [37, 23],
      [70, 70],
      [300, 8], // each row of x met often enough for the wasm kernel to pack it
    ]) {
      const rng = createRng(nRows * 100 + channels);
      const csr = randomCsr(nRows, nCols, 0.3, rng);
      const x = randomFloats(nCols * channels, rng);
      const a = uploadCsr(csr);
      const y = tf.tidy(() => csrMatmul(a, tf.tensor2d(x, [nCols, channels])));
      // sums of up to 40 products in float32
      expectClose(await backend().read(y), csrMatmulReference(csr, x, channels), 2e-6);
      y.dispose();
      a.dispose();
    }
  });

  test("the gradient is the transposed product, and agrees with central differences", async () => {
    const rng = createRng(5);
    const csr = randomCsr(9, 7, 0.5, rng);
    const [a, weights] = [uploadCsr(csr), randomFloats(9 * 3, rng)];
    const x = randomFloats(7 * 3, rng);
    const loss = (v: tf.Tensor) =>
      tf.sum(tf.mul(tf.square(csrMatmul(a, v as tf.Tensor2D)), tf.tensor2d(weights, [9, 3])));
    const gradient = tf.tidy(() => tf.grad(loss)(tf.tensor2d(x, [7, 3])));
    const numeric = await numericGradient((v) => {
      // the same loss on the reference, in double precision
      const y = csrMatmulReference(csr, v, 3);
      return y.reduce((sum, value, i) => sum + value * value * weights[i], 0);
    }, x);
    expectClose(await backend().read(gradient), numeric, 1e-3);
    gradient.dispose();
    a.dispose();
  });

  test.each([3, 16, 37, 64])(
    "scattered or gathered, the gradient is the same to the bit with %i channels",
    async (channels) => {
      for (const nRows of [5, 120]) {
        const rng = createRng(nRows + channels);
        const csr = randomCsr(nRows, 20, 0.5, rng);
        const dy = randomFloats(nRows * channels, rng);
        const a = uploadCsr(csr);
        const b = uploadCsr(transpose(csr));
        const [gradient, product] = tf.tidy(() => {
          const dys = tf.tensor2d(dy, [nRows, channels]);
          const f = (x: tf.Tensor) => csrMatmul(a, x as tf.Tensor2D);
          return [tf.grad(f)(tf.zeros([20, channels]), dys), csrMatmul(b, dys)];
        });
        expect(await backend().read(gradient)).toEqual(await backend().read(product));
        tf.dispose([gradient, product]);
        a.dispose();
        b.dispose();
      }
    },
  );

  test("an undirected graph is stored once, an empty matrix gives zeros, and nothing leaks", async () => {
    const before = backend().memory().tensors;
    const path = {
      indptr: Uint32Array.of(0, 1, 3, 4),
      indices: Uint32Array.of(1, 0, 2, 1),
      data: Float32Array.of(1, 2, 3, 4),
    };
    const symmetric = uploadCsr({ nRows: 3, nCols: 3, ...path });
    expect(symmetric.transposed.indices).toBe(symmetric.indices);
    expect(Array.from(await symmetric.transposed.data.data())).toEqual([2, 1, 4, 3]);
    expect(symmetric.maxDegree).toBe(2);
    symmetric.dispose();

    const none = { indptr: new Uint32Array(4), indices: new Uint32Array(0), data: new Float32Array(0) };
    const empty = uploadCsr({ nRows: 3, nCols: 5, ...none });
    const gradient = tf.tidy(() => tf.grad((x) => tf.sum(csrMatmul(empty, x as tf.Tensor2D)))(tf.ones([5, 2])));
    expect(Array.from(await backend().read(gradient))).toEqual(new Array(10).fill(0));
    gradient.dispose();
    empty.dispose();
    expect(backend().memory().tensors).toBe(before);
  });

  test("names the shape it got", () => {
    const csr = uploadCsr(randomCsr(6, 4, 0.5, createRng(1)));
    expect(() => csrMatmul(csr, tf.zeros([5, 3]))).toThrow("csrMatmul x: expected shape [4,-1], got [5,3].");
    csr.dispose();
  });
});

test("wasm and WebGPU repeat bit for bit", async () => {
  for (const name of ["wasm", "webgpu"] as const) {
    const bits: Float32Array[] = [];
    for (let round = 0; round < 2; round++) {
      const backend = await openForTest(name);
      if (!backend) break;
      const rng = createRng(8);
      const a = uploadCsr(randomCsr(200, 200, 0.2, rng));
      const x = randomFloats(200 * 33, rng);
      const y = tf.tidy(() => csrMatmul(a, csrMatmul(a, tf.tensor2d(x, [200, 33]))));
      bits.push((await backend.read(y)).slice());
      tf.dispose(y);
      a.dispose();
      backend.dispose();
    }
    expect(bits[1]).toEqual(bits[0]);
  }
});
