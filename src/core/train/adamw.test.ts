import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import type { NamedTensors } from "../nn/tensors";
import { openCpu } from "../testing/open-cpu";
import { adamW, initAdamW } from "./adamw";
import golden from "./goldens/adamw.json";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const tensors = ({ weight, bias }: { weight: number[]; bias: number[] }): NamedTensors => ({
  weight: tf.tensor2d(weight, [3, 2]),
  bias: tf.tensor1d(bias),
});

test("five steps equal torch.optim.AdamW's, with decay on the matrix alone", () => {
  let weights = tensors(golden.start);
  let state = initAdamW(weights);
  for (const step of golden.steps) {
    [weights, state] = adamW(tensors(step.gradients), state, weights, golden);
    for (const name of ["weight", "bias"] as const) {
      const values = weights[name].dataSync();
      step[name].forEach((expected, i) => {
        expect(Math.abs(values[i] - expected)).toBeLessThan(1e-6); // float32 in both
      });
    }
  }
  expect(state.step).toBe(golden.steps.length);
});

test("a step changes nothing that it was given", () => {
  const weights = tensors(golden.start);
  const state = initAdamW(weights);
  adamW(tensors(golden.steps[0].gradients), state, weights, golden);
  expect([...weights.weight.dataSync()]).toEqual([...Float32Array.from(golden.start.weight)]);
  expect([...state.m.weight.dataSync()]).toEqual(new Array(6).fill(0));
});
