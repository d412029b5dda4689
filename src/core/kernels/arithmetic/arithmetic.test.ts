import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../../random";
import { onBackend, randomFloats } from "../testing/backends";

const [nRows, channels] = [1200, 259]; // above the size from which threads share, and no multiple of a vector

describe("tfjs's sums and products on wasm", () => {
  const backend = onBackend("wasm");

  test.each([
    [
      [nRows, channels],
      [nRows, channels],
    ],
    [
      [nRows, channels],
      [1, channels],
    ],
    [
      [1, channels],
      [nRows, channels],
    ],
    [
      [nRows, channels],
      [nRows, 1],
    ],
    [
      [nRows, 1],
      [nRows, channels],
    ],
    [
      [nRows, channels],
      [1, 1],
    ],
    [
      [nRows, 1],
      [1, channels],
    ],
    [
      [nRows * channels, 1],
      [nRows * channels, 1],
    ],
    [
      [1, nRows * channels],
      [1, 1],
    ],
  ])("of %j and %j are those of the definition, bit for bit", async (first, second) => {
    expect(tf.getKernel("LabAdd", "wasm")).toBeDefined();
    const rng = createRng(2);
    const [a, b] = [first, second].map((shape) => ({ shape, values: randomFloats(shape[0] * shape[1], rng) }));
    const shape = [0, 1].map((axis) => Math.max(first[axis], second[axis]));
    const [sum, product] = tf.tidy(() => {
      const [x, y] = [a, b].map(({ shape, values }) => tf.tensor(values, shape));
      return [tf.add(x, y), tf.mul(x, y)];
    });
    expect([sum.shape, product.shape]).toEqual([shape, shape]);
    const at = ({ shape: [rows, cols], values }: typeof a, i: number, j: number) =>
      values[(rows === 1 ? 0 : i) * cols + (cols === 1 ? 0 : j)];
    const expected = (f: (x: number, y: number) => number) =>
      Float32Array.from({ length: shape[0] * shape[1] }, (_, k) => {
        const [i, j] = [Math.floor(k / shape[1]), k % shape[1]];
        return f(at(a, i, j), at(b, i, j));
      });
    expect(await backend().read(sum)).toEqual(expected((x, y) => x + y));
    expect(await backend().read(product)).toEqual(expected((x, y) => x * y));
    tf.dispose([sum, product]);
  });
});
