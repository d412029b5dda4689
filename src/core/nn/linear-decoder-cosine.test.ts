import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { uploadExpression, uploadRows } from "../kernels/expression";
import { fitNormalization, normalizeExpression } from "../preprocess/normalize";
import { createRng, normal } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { decodedCosines } from "./linear-decoder-cosine";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

test.each([1, 2, 3])("the sparse form equals the dense definition in value and gradient (seed %i)", (seed) => {
  const { slice } = smallTissue({ side: 5, nVars: 11, seed });
  const recipe = { targetSum: "median", log1p: true, scale: false } as const;
  const normalization = fitNormalization(slice, { ...recipe, center: false });
  const { x } = normalizeExpression(slice, recipe);
  const cells = Int32Array.from([3, 9, 24, 0, 17]);
  const full = new Float32Array(cells.length * 11);
  cells.forEach((cell, r) => {
    for (let e = x.indptr[cell]; e < x.indptr[cell + 1]; e++) full[r * 11 + x.indices[e]] = x.data[e];
  });
  const device = uploadExpression(slice, normalization);
  tf.tidy(() => {
    const rng = createRng(seed);
    const draw = (shape: number[]) =>
      tf.tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => normal(rng)),
        shape,
      );
    const inputs = [draw([5, 4]), draw([4, 11]), draw([11])];
    const upstream = draw([5, 1]) as tf.Tensor2D;
    const original = tf.tensor2d(full, [5, 11]);
    const length = (x: tf.Tensor) => tf.sqrt(tf.sum(tf.square(x), 1, true));
    const cosines = (rebuilt: tf.Tensor) =>
      tf.div(tf.sum(tf.mul(rebuilt, original), 1, true), tf.mul(length(rebuilt), length(original)));
    const rowSquares = tf.tensor2d(
      Float32Array.from(cells, (cell) => normalization.rowSquares[cell]),
      [5, 1],
    );
    const targets = { x: device, rows: uploadRows(device, cells), rowSquares };
    const ours = tf.valueAndGrads((d, w, b) =>
      decodedCosines(targets, d as tf.Tensor2D, { weight: w as tf.Tensor2D, bias: b as tf.Tensor1D }),
    )(inputs, upstream);
    const definition = tf.valueAndGrads((d, w, b) => cosines(tf.add(tf.matMul(d as tf.Tensor2D, w as tf.Tensor2D), b)))(
      inputs,
      upstream,
    );
    const pairs: [tf.Tensor, tf.Tensor][] = [
      [ours.value, definition.value],
      ...ours.grads.map((g, i): [tf.Tensor, tf.Tensor] => [g, definition.grads[i]]),
    ];
    for (const [got, expected] of pairs) expect(tf.max(tf.abs(tf.sub(got, expected))).dataSync()[0]).toBeLessThan(1e-5);
  });
  device.dispose();
});
