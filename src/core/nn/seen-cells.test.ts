import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { uploadCsr } from "../kernels/device-csr";
import { HIDDEN, PADDING, uploadRows } from "../kernels/expression";
import { uploadAsWritten } from "../kernels/testing/as-written";
import { expectClose, onBackend, randomCsr, randomFloats } from "../kernels/testing/backends";
import { createRng } from "../random";
import type { ExpressionFeatures } from "./features";
import { sumOfSeen, sumOfSeenAndOwn } from "./seen-cells";

// as in a sub-graph: sources without a row of their own, and padding
const [nRows, nCols, genes, width] = [31, 37, 12, 5];
const lists = {
  "half of the cells are hidden": (row: number) => (row % 2 === 0 ? HIDDEN : nCols - 1 - row),
  "one cell is seen": (row: number) => (row === 33 ? 4 : HIDDEN),
  "the rest is padding": (row: number) => (row < 20 ? row : PADDING),
};

function setup(idOf: (row: number) => number) {
  const rng = createRng(5);
  const [counts, matrix] = [randomCsr(nCols, genes, 0.4, rng), randomCsr(nRows, nCols, 0.2, rng)];
  const ids = Int32Array.from({ length: nCols }, (_, row) => idOf(row));
  const written = new Float32Array(nCols * genes);
  ids.forEach((cell, row) => {
    if (cell >= 0)
      for (let e = counts.indptr[cell]; e < counts.indptr[cell + 1]; e++)
        written[row * genes + counts.indices[e]] = counts.data[e];
  });
  const a = new Float32Array(nRows * nCols);
  for (let i = 0; i < nRows; i++)
    for (let e = matrix.indptr[i]; e < matrix.indptr[i + 1]; e++) a[i * nCols + matrix.indices[e]] = matrix.data[e];
  const weights = [1, 2].map(() => randomFloats(genes * width, rng));
  return { counts, matrix, ids, written, a, weights, dy: randomFloats(nRows * width, rng) };
}

describe.each(["cpu", "wasm"] as const)("sums over seen cells on %s", (name) => {
  const backend = onBackend(name);

  test.each(Object.entries(lists))(
    "are those of the definition, and so are their gradients, where %s",
    async (_, idOf) => {
      const { counts, matrix, ids, written, a, weights, dy } = setup(idOf);
      const graph = uploadCsr(matrix);
      const made = tf.tidy(() => {
        const x = uploadAsWritten(counts);
        const features: ExpressionFeatures = { kind: "expression", x, rows: uploadRows(x, ids), fill: null };
        const [left, right] = weights.map((values) => tf.tensor2d(values, [genes, width]));
        const upstream = tf.tensor2d(dy, [nRows, width]);
        const [cells, sums] = [tf.tensor2d(written, [nCols, genes]), tf.tensor2d(a, [nRows, nCols])];
        const neighbours = (w: tf.Tensor) => tf.matMul(sums, tf.matMul(cells, w as tf.Tensor2D));
        const own = (w: tf.Tensor) => tf.slice(tf.matMul(cells, w as tf.Tensor2D), [0, 0], [nRows, width]);
        const given = <T>(made: T | null): T => made ?? expect.fail("left out nothing");
        const pairs = [
          [(l: tf.Tensor) => given(sumOfSeen(graph, features, l as tf.Tensor2D)), neighbours],
          [
            (l: tf.Tensor, r: tf.Tensor) => given(sumOfSeenAndOwn(graph, features, l as tf.Tensor2D, r as tf.Tensor2D)),
            (l: tf.Tensor, r: tf.Tensor) => tf.add(neighbours(l), own(r)),
          ],
        ];
        return pairs.map((pair) =>
          pair.map((f) => {
            const { value, grads } = tf.valueAndGrads((...w: tf.Tensor[]) =>
              tf.tidy(() => (f as (typeof pair)[1])(w[0], w[1])),
            )([left, right].slice(0, f.length), upstream);
            return [value, ...grads];
          }),
        );
      });
      for (const [got, expected] of made)
        for (const [k, tensor] of got.entries()) {
          expect(tensor.shape).toEqual(expected[k].shape);
          expectClose(await backend().read(tensor), await backend().read(expected[k]), 2e-6);
        }
      tf.dispose(made);
      graph.dispose();
    },
  );

  test("are left to whoever asks where hidden rows are filled, or few", () => {
    const { counts, matrix, weights } = setup(() => 0);
    const graph = uploadCsr(matrix);
    tf.tidy(() => {
      const x = uploadAsWritten(counts);
      const w = tf.tensor2d(weights[0], [genes, width]);
      const sum = (ids: Int32Array, fill: tf.Tensor2D | null) =>
        sumOfSeen(graph, { kind: "expression", x, rows: uploadRows(x, ids), fill }, w);
      const hidden = new Int32Array(nCols).fill(HIDDEN);
      const half = hidden.map((id, row) => (row < nCols / 2 ? row : id));
      expect(sum(half, null)).not.toBeNull();
      expect(sum(half, tf.ones([1, genes]))).toBeNull();
      expect(sum(hidden, null)).toBeNull();
      expect(
        sum(
          hidden.map((id, row) => (row < nCols - 2 ? row : id)),
          null,
        ),
      ).toBeNull();
    });
    graph.dispose();
  });
});

describe("sums over seen cells on webgpu", () => {
  const backend = onBackend("webgpu");

  test("are left to whoever asks", () => {
    const { counts, matrix, ids, weights } = setup((row) => (row < 9 ? row : HIDDEN));
    const graph = uploadCsr(matrix);
    tf.tidy(() => {
      const x = uploadAsWritten(counts);
      const features: ExpressionFeatures = { kind: "expression", x, rows: uploadRows(x, ids), fill: null };
      expect(backend().name).toBe("webgpu");
      expect(sumOfSeen(graph, features, tf.tensor2d(weights[0], [genes, width]))).toBeNull();
    });
    graph.dispose();
  });
});
