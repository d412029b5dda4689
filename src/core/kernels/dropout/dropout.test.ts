import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../../random";
import { expectClose, onBackend, randomFloats } from "../testing/backends";
import { dropout } from ".";
import { dropoutKey, dropoutReference } from "./reference";

describe.each(["cpu", "wasm", "webgpu"] as const)("dropout on %s", (name) => {
  const backend = onBackend(name);

  test.each([
    [1, 1],
    [7, 33],
    [50, 64],
  ])("keeps the reference's elements, in the gradient too, of %i x %i", async (nRows, channels) => {
    for (const [rate, seed] of [
      [0.5, 1],
      [0.1, -77],
      [0.9, 2 ** 31],
    ]) {
      const x = randomFloats(nRows * channels, createRng(seed));
      const f = (v: tf.Tensor) => dropout(v as tf.Tensor2D, { rate, seed });
      const { value, grad } = tf.tidy(() =>
        tf.valueAndGrad(f)(tf.tensor2d(x, [nRows, channels]), tf.ones([nRows, channels])),
      );
      const options = dropoutKey({ rate, seed });
      expectClose(await backend().read(value), dropoutReference(x, options), 1e-6);
      expectClose(
        await backend().read(grad),
        dropoutReference(
          x.map(() => 1),
          options,
        ),
        1e-6,
      );
      tf.dispose([value, grad]);
    }
  });

  test("a rate of zero is the identity, a rate of one an error", () => {
    const x = tf.ones([2, 2]) as tf.Tensor2D;
    expect(dropout(x, { rate: 0, seed: 1 })).toBe(x);
    expect(() => dropout(x, { rate: 1, seed: 1 })).toThrow("dropout rate");
    x.dispose();
  });
});

test("the share dropped is the rate, neighbours are independent, and seeds differ", () => {
  const n = 100_000;
  const ones = new Float32Array(n).fill(1);
  const masks = [1, 2].map((seed) =>
    dropoutReference(ones, dropoutKey({ rate: 0.3, seed })).map((v) => (v > 0 ? 1 : 0)),
  );
  const mean = (f: (i: number) => number) => {
    let sum = 0;
    for (let i = 0; i + 64 < n; i++) sum += f(i);
    return sum / (n - 64);
  };
  // five standard errors of a share of n
  const error = (p: number) => 5 * Math.sqrt((p * (1 - p)) / n);
  expect(Math.abs(mean((i) => masks[0][i]) - 0.7)).toBeLessThan(error(0.7));
  for (const shift of [1, 2, 64])
    expect(Math.abs(mean((i) => masks[0][i] * masks[0][i + shift]) - 0.49)).toBeLessThan(error(0.49));
  expect(Math.abs(mean((i) => masks[0][i] * masks[1][i]) - 0.49)).toBeLessThan(error(0.49));
});
