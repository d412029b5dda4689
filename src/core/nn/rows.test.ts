import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { createRng, normal } from "../random";
import { openCpu } from "../testing/open-cpu";
import { add, sideBySide } from "./rows";

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

test("matrices side by side, and their gradients, are those of a concatenation", () => {
  const draw = (seed: number, shape: [number, number]) => {
    const rng = createRng(seed);
    return tf.tensor2d(
      Float32Array.from({ length: shape[0] * shape[1] }, () => normal(rng)),
      shape,
    );
  };
  const [a, b, weights] = [draw(1, [5, 3]), draw(2, [5, 3]), draw(3, [5, 6])];
  const withGradients = (join: (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor2D) => {
    const both = (a: tf.Tensor, b: tf.Tensor) => join(a as tf.Tensor2D, b as tf.Tensor2D);
    return [both(a, b), ...tf.grads((a, b) => tf.sum(tf.mul(tf.square(both(a, b)), weights)))([a, b])];
  };
  const expected = withGradients((a, b) => tf.concat2d([a, b], 1));
  withGradients(sideBySide).forEach((got, k) => {
    expect(got.shape).toEqual(expected[k].shape);
    expect([...got.dataSync()]).toEqual([...expected[k].dataSync()]);
  });
  expect(() => sideBySide(a, draw(4, [5, 2]))).toThrow("sideBySide");
});
