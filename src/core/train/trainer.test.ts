import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { openBackend } from "../backend/open";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe, type RunRecipe } from "./recipe";
import { createTrainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  const platform = { wasmUrl: (f: string) => f, gpu: undefined, nThreads: 1, crossOriginIsolated: false };
  backend = await openBackend({ prefer: "cpu", platform });
});
afterAll(() => backend.dispose());

const tissue = smallTissue();
const recipe = (overrides: Partial<RunRecipe> = {}): RunRecipe =>
  defaultRecipe({
    encoder: { layers: 2, hidden: 8, heads: 2, batchNorm: true, dropout: 0.1, skip: true },
    optimizer: { learningRate: 1e-2, weightDecay: 1e-5 },
    ...overrides,
  });
const start = (overrides: Partial<RunRecipe> = {}) =>
  createTrainer({ slice: tissue.slice, graph: tissue.graph, recipe: recipe(overrides), backend }, quiet);
const curve = async (trainer: Awaited<ReturnType<typeof start>>, n: number) => {
  const losses: number[] = [];
  for (let i = 0; i < n; i++) losses.push((await trainer.step()).loss);
  return losses;
};

describe.each(["gcn", "sage", "gat"] as const)("a %s", (backbone) => {
  test("learns: forty epochs lower the loss", async () => {
    const trainer = await start({ backbone });
    const losses = await curve(trainer, 40);
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]);
    trainer.dispose();
  });
});
