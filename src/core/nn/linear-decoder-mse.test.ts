import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { PADDING, uploadExpression, uploadRows } from "../kernels/expression";
import { allRows, uploadAsWritten } from "../kernels/testing/as-written";
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
  const sparse = uploadAsWritten({ nRows: n, nCols: genes, indptr, indices: Uint32Array.from(indices), data });
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
    squaredErrors({ x: sparse, rows: allRows(sparse), rowSquares }, codes as tf.Tensor2D, decoder(w, b)),
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
  const sparse = uploadAsWritten({
    nRows: n,
    nCols: genes,
    indptr: Uint32Array.from({ length: n + 1 }, (_, i) => i * genes),
    indices: Uint32Array.from({ length: n * genes }, (_, e) => e % genes),
    data: Float32Array.from(values),
  });
  const rowSquares = tf.sum(tf.square(x), 1, true) as tf.Tensor2D;
  const targets = { x: sparse, rows: allRows(sparse), rowSquares };
  const errors = squaredErrors(targets, codes as tf.Tensor2D, decoder(weight, bias)).dataSync();
  const squares = rowSquares.dataSync();
  errors.forEach((e, i) => {
    expect(Math.abs(e)).toBeLessThan(2e-6 * squares[i]);
  });
});

test("cells out of order and padding: each row its own error, padding none", () => {
  const { sparse, dense, inputs } = random(6);
  const [codes, weight, bias] = inputs;
  const cells = [4, 0, PADDING, 7, PADDING];
  const picked = tf.stack(cells.map((cell) => tf.reshape(tf.slice(dense, [Math.max(cell, 0), 0], [1, -1]), [-1])));
  const rowSquares = tf.sum(tf.square(picked), 1, true) as tf.Tensor2D;
  const few = tf.slice(codes, [0, 0], [5, -1]) as tf.Tensor2D;
  const targets = { x: sparse, rows: uploadRows(sparse, Int32Array.from(cells)), rowSquares };
  const got = squaredErrors(targets, few, decoder(weight, bias)).dataSync();
  const expected = tf.sum(tf.squaredDifference(decode(few, decoder(weight, bias)), picked), 1).dataSync();
  cells.forEach((cell, r) => {
    expect(Math.abs(got[r] - (cell < 0 ? 0 : expected[r]))).toBeLessThan(2e-4);
  });
});

test("centred expression is compared centred", () => {
  const { sparse, dense, inputs, upstream } = random(7);
  const centers = Float32Array.from({ length: sparse.nVars }, (_, j) => 0.1 * j - 0.4);
  const ones = new Float32Array(sparse.nObs).fill(1);
  const x = uploadExpression(sparse.raw, { sizeFactors: ones, log1p: false, inverseDeviations: null, centers });
  const centred = tf.sub(dense, centers);
  const rowSquares = tf.sum(tf.square(centred), 1, true) as tf.Tensor2D;
  const ours = tf.valueAndGrads((codes, w, b) =>
    squaredErrors({ x, rows: allRows(x), rowSquares }, codes as tf.Tensor2D, decoder(w, b)),
  )(inputs, upstream);
  const definition = tf.valueAndGrads((codes, w, b) =>
    tf.sum(tf.squaredDifference(decode(codes as tf.Tensor2D, decoder(w, b)), centred), 1, true),
  )(inputs, upstream);
  const pairs = [[ours.value, definition.value], ...ours.grads.map((g, i) => [g, definition.grads[i]])];
  for (const [got, expected] of pairs) expect(tf.max(tf.abs(tf.sub(got, expected))).dataSync()[0]).toBeLessThan(2e-4);
});
