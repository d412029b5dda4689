import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../../random";
import { expectClose, onBackend, randomFloats } from "../testing/backends";
import { dense } from ".";

describe.each(["cpu", "wasm", "webgpu"] as const)("dense on %s", (name) => {
  const backend = onBackend(name);

  test.each([
    [1, 1, 1],
    [5, 3, 7],
    [33, 64, 17],
  ])("product and gradients equal tf.matMul's for %i x %i x %i", async (n, k, m) => {
    const rng = createRng(n);
    const [x, w, dy] = [randomFloats(n * k, rng), randomFloats(k * m, rng), randomFloats(n * m, rng)];
    const [ours, stock] = [dense, (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)].map(
      (f) =>
        tf.tidy(() => {
          const { value, grads } = tf.valueAndGrads((a, b) => f(a as tf.Tensor2D, b as tf.Tensor2D))(
            [tf.tensor2d(x, [n, k]), tf.tensor2d(w, [k, m])],
            tf.tensor2d(dy, [n, m]),
          );
          return [value, ...grads];
        }),
    );
    for (let i = 0; i < 3; i++) expectClose(await backend().read(ours[i]), await backend().read(stock[i]), 1e-6);
    tf.dispose([...ours, ...stock]);
  });

  test("names the shape it got", () => {
    expect(() => dense(tf.zeros([2, 3]), tf.zeros([4, 5]))).toThrow("dense w: expected shape [3,-1], got [4,5].");
  });
});
