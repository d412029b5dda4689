import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../random";
import { dense } from "./dense";
import { releaseEarly } from "./early-release";
import { layerTail } from "./layer-tail";
import { onBackend, randomFloats } from "./testing/backends";

const [nRows, width, layers] = [300, 16, 8];

describe.each(["cpu", "wasm", "webgpu"] as const)("gradients that are freed early on %s", (name) => {
  const backend = onBackend(name);

  test("are the same bits, and a deep pass holds no more than a few of them", async () => {
    const rng = createRng(1);
    const x = tf.tensor2d(randomFloats(nRows * width, rng), [nRows, width]);
    const weights = Array.from({ length: layers }, () => tf.tensor2d(randomFloats(width ** 2, rng), [width, width]));
    // activations that feed two operations, a skip that hands its gradient on, one weight that is used twice, stock operations
    const f =
      (release: boolean) =>
      (...w: tf.Tensor[]) => {
        let h = x;
        for (let i = 0; i < layers; i++) {
          const z = dense(h, w[i] as tf.Tensor2D);
          h = tf.add(layerTail(z, { elu: i % 2 === 0, skip: i % 3 === 0 ? h : null }), tf.mul(h, 0.5));
        }
        const loss = tf.add(tf.mean(tf.square(h)), tf.mean(tf.square(w[0])));
        if (release) releaseEarly();
        return loss as tf.Scalar;
      };
    const taken = async (release: boolean) => {
      const before = backend().memory();
      backend().restartPeak();
      const { value, grads } = tf.tidy(() => tf.valueAndGrads(f(release))(weights));
      const peak = backend().memory().peakBytes - before.bytes;
      const numbers = [await backend().read(value), ...(await Promise.all(grads.map((g) => backend().read(g))))];
      tf.dispose([value, ...grads]);
      expect(backend().memory().tensors).toBe(before.tensors);
      return { peak, numbers };
    };
    const [late, early] = [await taken(false), await taken(true)];
    expect(early.numbers).toEqual(late.numbers);
    const activation = 4 * nRows * width;
    // the reference keeps no account of bytes
    if (name !== "cpu") expect(late.peak - early.peak).toBeGreaterThan(2 * layers * activation);
    tf.dispose([x, ...weights]);
  });
});
