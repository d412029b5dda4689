import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../../random";
import { expectClose, onBackend, randomFloats } from "../testing/backends";
import { adamWStep } from ".";
import { adamWReference } from "./reference";

const STEP = { beta1: 0.9, beta2: 0.999, keep: 0.99, rate: 0.05, rootCorrection: 0.3, epsilon: 1e-8 };

describe.each(["cpu", "wasm", "webgpu"] as const)("adamWStep on %s", (name) => {
  const backend = onBackend(name);

  test.each([[[1]], [[7]], [[3, 5]], [[300, 301]], [[1, 4, 16]]])("equals the reference on %o", async (shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const rng = createRng(size);
    const [w, g, m] = [0, 1, 2].map(() => randomFloats(size, rng));
    const v = randomFloats(size, rng).map(Math.abs);
    const before = backend().memory().tensors;
    const given = { w: tf.tensor(w, shape), g: tf.tensor(g, shape), m: tf.tensor(m, shape), v: tf.tensor(v, shape) };
    const got = adamWStep(given, STEP);
    const expected = adamWReference(w, g, m, v, STEP);
    // a root and two quotients in float32
    for (const [i, t] of [got.w, got.m, got.v].entries()) expectClose(await backend().read(t), expected[i], 2e-6);
    expect(await backend().read(given.w)).toEqual(w);
    tf.dispose([given, got]);
    expect(backend().memory().tensors).toBe(before);
  });

  test("names the one of another shape", () => {
    const [w, g] = [tf.zeros([2, 3]), tf.zeros([3, 2])];
    expect(() => adamWStep({ w, g, m: w, v: w }, STEP)).toThrow("adamWStep g: expected shape [2,3], got [3,2].");
    tf.dispose([w, g]);
  });
});
