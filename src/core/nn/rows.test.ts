import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { createRng, normal } from "../random";
import { openCpu } from "../testing/open-cpu";
import { add } from "./rows";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

test("a sum has the right gradient where one of its parts is read again, as by a skip around two products", () => {
  const rng = createRng(1);
  const draw = (shape: [number, number]) =>
    tf.tensor2d(
      Float32Array.from({ length: shape[0] * shape[1] }, () => normal(rng)),
      shape,
    );
  const [x, v, w] = [draw([5, 3]), draw([3, 3]), draw([3, 3])];
  const gradients = (plus: (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor2D) =>
    tf.grads((x, v, w) => {
      const [cells, left, right] = [x, v, w] as tf.Tensor2D[];
      const sum = plus(tf.matMul(cells, left), tf.matMul(cells, right));
      return tf.sum(tf.square(plus(sum, cells)));
    })([x, v, w]);
  const expected = gradients((a, b) => tf.add(a, b));
  gradients(add).forEach((g, i) => {
    expect(tf.max(tf.abs(tf.sub(g, expected[i]))).dataSync()[0]).toBeLessThan(1e-5);
  });
});
