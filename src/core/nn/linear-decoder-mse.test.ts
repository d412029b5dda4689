import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { uploadCsr } from "../kernels/device-csr";
import { createRng, normal } from "../random";
import { openCpu } from "../testing/open-cpu";
import { decode, squaredErrors } from "./linear-decoder-mse";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

function random(seed: number) {
  const [n, hidden, genes] = [9, 5, 14];
  const rng = createRng(seed);
  const draw = (shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => normal(rng)),
      shape,
    );
  const x = Float32Array.from({ length: n * genes }, () => (rng() < 0.3 ? 1 + 3 * rng() : 0));
  const indptr = new Uint32Array(n + 1);
  const indices: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < genes; j++) if (x[i * genes + j] !== 0) indices.push(j);
    indptr[i + 1] = indices.length;
  }
  const data = x.filter((v) => v !== 0);
  const sparse = uploadCsr({ nRows: n, nCols: genes, indptr, indices: Uint32Array.from(indices), data });
  const dense = tf.tensor2d(x, [n, genes]);
  const rowSquares = tf.sum(tf.square(dense), 1, true) as tf.Tensor2D;
  const inputs = [draw([n, hidden]), draw([hidden, genes]), draw([genes])];
  return { sparse, dense, rowSquares, inputs, upstream: draw([n, 1]) as tf.Tensor2D };
}

const decoder = (weight: tf.Tensor, bias: tf.Tensor) => ({
  weight: weight as tf.Tensor2D,
  bias: bias as tf.Tensor1D,
});

test.each([1, 2, 3, 4])("the sparse form equals the dense definition in value and gradient (seed %i)", (seed) => {
  const { sparse, dense, rowSquares, inputs, upstream } = random(seed);
  const ours = tf.valueAndGrads((codes, w, b) =>
    squaredErrors(sparse, rowSquares, codes as tf.Tensor2D, decoder(w, b)),
  );
  const definition = tf.valueAndGrads((codes, w, b) => {
    const rebuilt = tf.add(tf.matMul(codes as tf.Tensor2D, w as tf.Tensor2D), b);
    return tf.sum(tf.squaredDifference(rebuilt, dense), 1, true);
  });
  const a = ours(inputs, upstream);
  const b = definition(inputs, upstream);
  const pairs: tf.Tensor[][] = [[a.value, b.value], ...a.grads.map((g, i) => [g, b.grads[i]])];
  for (const [got, expected] of pairs) {
    expect(got.shape).toEqual(expected.shape);
    // float32: both sides sum some hundred terms of size up to 100
    expect(tf.max(tf.abs(tf.sub(got, expected))).dataSync()[0]).toBeLessThan(2e-4);
  }
});

test("a perfect decoder loses only to rounding", () => {
  const { inputs } = random(5);
  const [codes, weight, bias] = inputs;
  const x = decode(codes as tf.Tensor2D, decoder(weight, bias));
  const [n, genes] = x.shape;
  const values = x.dataSync() as Float32Array;
  const sparse = uploadCsr({
    nRows: n,
    nCols: genes,
    indptr: Uint32Array.from({ length: n + 1 }, (_, i) => i * genes),
    indices: Uint32Array.from({ length: n * genes }, (_, e) => e % genes),
    data: Float32Array.from(values),
  });
  const rowSquares = tf.sum(tf.square(x), 1, true) as tf.Tensor2D;
  const errors = squaredErrors(sparse, rowSquares, codes as tf.Tensor2D, decoder(weight, bias)).dataSync();
  const squares = rowSquares.dataSync();
  errors.forEach((e, i) => {
    expect(Math.abs(e)).toBeLessThan(2e-6 * squares[i]);
  });
});
