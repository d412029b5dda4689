import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../../random";
import { expectClose, numericGradient, onBackend, randomFloats } from "../testing/backends";
import { residualRows } from ".";
import { residualRowsReference } from "./reference";

describe.each(["cpu", "wasm", "webgpu"] as const)("residualRows on %s", (name) => {
  const backend = onBackend(name);

  // whole vectors and parts of them, and more work than one thread is given where there are several
  test.each([
    [1, 1],
    [3, 8],
    [7, 13],
    [5, 44],
    [900, 256],
  ])("equal the definition for %i x %i", async (nRows, channels) => {
    const rng = createRng(channels);
    const [codes, quadratic, linear] = [1, 2, 3].map(() => randomFloats(nRows * channels, rng));
    const row = randomFloats(channels, rng);
    const made = tf.tidy(() => {
      const [d, q, l] = [codes, quadratic, linear].map((values) => tf.tensor2d(values, [nRows, channels]));
      return residualRows(d, q, l, tf.tensor2d(row, [1, channels])) as unknown as tf.TensorContainer;
    }) as unknown as ReturnType<typeof residualRows>;
    const expected = residualRowsReference(codes, quadratic, linear, row);
    expect(made.residual.shape).toEqual([nRows, channels]);
    expect(made.products.shape).toEqual([nRows, 1]);
    expectClose(await backend().read(made.residual), expected.residual, 1e-6);
    expectClose(await backend().read(made.products), expected.products, 2e-6);
    tf.dispose([made.residual, made.products]);
  });

  test("twice the residual is the gradient of the products where the form is symmetric", async () => {
    const [nRows, channels] = [2, 6];
    const rng = createRng(9);
    const root = randomFloats(channels * channels, rng);
    const [codes, linear] = [1, 2].map(() => randomFloats(nRows * channels, rng));
    const row = randomFloats(channels, rng);
    const at = async (d: Float32Array) => {
      const made = tf.tidy(() => {
        const [w, own] = [tf.tensor2d(root, [channels, channels]), tf.tensor2d(d, [nRows, channels])];
        const form = tf.matMul(w, w, false, true) as tf.Tensor2D;
        const l = tf.tensor2d(linear, [nRows, channels]);
        const made = residualRows(own, tf.matMul(own, form) as tf.Tensor2D, l, tf.tensor2d(row, [1, channels]));
        return [made.residual, made.products];
      });
      const [residual, products] = await Promise.all(made.map((tensor) => backend().read(tensor)));
      tf.dispose(made);
      return { residual, sum: products.reduce((a, b) => a + b, 0) };
    };
    const { residual } = await at(codes);
    const gradient = await numericGradient(async (d) => (await at(d)).sum, codes);
    expectClose(
      residual.map((v) => 2 * v),
      gradient,
      1e-3,
    );
  });

  test("shapes that do not agree are refused by name", () => {
    tf.tidy(() => {
      const [a, b] = [tf.zeros<tf.Rank.R2>([2, 3]), tf.zeros<tf.Rank.R2>([2, 4])];
      expect(() => residualRows(a, b, a, tf.zeros([1, 3]))).toThrow("residualRows quadratic");
      expect(() => residualRows(a, a, a, a)).toThrow("residualRows row");
    });
  });
});
