import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng, shuffle } from "../../random";
import { expectClose, onBackend, randomFloats } from "../testing/backends";
import { gatherRows, rowSums } from ".";
import { addRowsReference, gatherRowsReference } from "./reference";

/** Some rows in random order with gaps, and where each row went. */
function pick(nRows: number, nOut: number, seed: number) {
  const order = shuffle(
    Int32Array.from({ length: nRows }, (_, i) => i),
    createRng(seed),
  );
  const index = Int32Array.from({ length: nOut }, (_, r) => (r % 4 === 2 || r >= nRows ? -1 : order[r]));
  const inverse = new Int32Array(nRows).fill(-1);
  index.forEach((row, r) => {
    if (row >= 0) inverse[row] = r;
  });
  return { index, inverse };
}

describe.each(["cpu", "wasm", "webgpu"] as const)("gatherRows on %s", (name) => {
  const backend = onBackend(name);

  test.each([1, 3, 4, 33, 64])("takes rows, and its gradient puts them back, with %i channels", async (channels) => {
    for (const [nRows, nOut] of [
      [1, 1],
      [20, 9],
      [9, 20],
    ]) {
      const { index, inverse } = pick(nRows, nOut, channels);
      const x = randomFloats(nRows * channels, createRng(1));
      const dy = randomFloats(nOut * channels, createRng(2));
      const [y, dx] = tf.tidy(() => {
        const [at, back] = [tf.tensor1d(index, "int32"), tf.tensor1d(inverse, "int32")];
        const f = (v: tf.Tensor) => gatherRows(v as tf.Tensor2D, at, back);
        const { value, grad } = tf.valueAndGrad(f)(
          tf.tensor2d(x, [nRows, channels]),
          tf.tensor2d(dy, [nOut, channels]),
        );
        return [value, grad];
      });
      expect(await backend().read(y)).toEqual(gatherRowsReference(x, index, channels));
      // <dy, gather(x)> = <dx, x>: the gradient is the adjoint
      const got = await backend().read(dx);
      const direct = gatherRowsReference(dy, inverse, channels);
      expectClose(got, direct, 0);
      tf.dispose([y, dx]);
    }
  });

  test.each([1, 3, 4, 33])("adds rows to what is there, and leaves the others, with %i channels", async (channels) => {
    const { index } = pick(20, 9, channels);
    const parts = [1, 2].map((seed) => randomFloats(9 * channels, createRng(seed)));
    const { sums, add } = rowSums(20, channels);
    tf.tidy(() => {
      for (const part of parts) add(tf.tensor2d(part, [9, channels]), tf.tensor1d(index, "int32"));
    });
    const expected = new Float32Array(20 * channels);
    for (const part of parts) addRowsReference(expected, part, index, channels);
    expect(await backend().read(sums)).toEqual(expected);
    sums.dispose();
  });

  test("refuses an inverse of another length", () => {
    const index = tf.tensor1d([0], "int32");
    expect(() => gatherRows(tf.zeros([3, 2]), index, index)).toThrow(
      "gatherRows inverse: expected shape [3], got [1].",
    );
    index.dispose();
  });

  test("the gradient is there after the scope of its index has ended, and leaves no tensor", async () => {
    const { index, inverse } = pick(9, 5, 3);
    const before = backend().memory().tensors;
    const grad = tf.tidy(() =>
      tf.grad((x) =>
        tf.tidy(() => gatherRows(x as tf.Tensor2D, tf.tensor1d(index, "int32"), tf.tensor1d(inverse, "int32"))),
      )(tf.zeros([9, 2])),
    );
    const expected = Float32Array.from({ length: 18 }, (_, k) => (inverse[k >> 1] >= 0 ? 1 : 0));
    expect(await backend().read(grad)).toEqual(expected);
    grad.dispose();
    expect(backend().memory().tensors).toBe(before);
  });
});
