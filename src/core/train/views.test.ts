import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import type { ViewRecipe } from "../graph/view";
import { backbones } from "../nn/encoder-spec";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { batchesAhead, batchesOf, batchRecipe } from "./batch-source";
import { convolutionMatrix } from "./convolution-matrix";
import { defaultRecipe, type RunRecipe } from "./recipe";
import { createTrainer, type StepReport, type Trainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const { slice, graph } = smallTissue();
const { nObs } = slice; // 144
const batchSize = 40; // so that an epoch is three batches of 40 and one of 24
const views: ViewRecipe[] = [
  { kind: "ego", hops: 2, batchSize },
  { kind: "ego", hops: 1, batchSize },
  { kind: "sample", fanOuts: [3, 2], batchSize },
];
const small = (overrides: Partial<RunRecipe> = {}): RunRecipe =>
  defaultRecipe({
    encoder: { layers: 2, hidden: 8, heads: 2, batchNorm: true, dropout: 0.1, attentionDropout: 0, skip: true },
    optimizer: { learningRate: 1e-2, weightDecay: 1e-5 },
    view: views[0],
    ...overrides,
  });
const start = (overrides: Partial<RunRecipe> = {}): Promise<Trainer> =>
  createTrainer({ slice, graph, recipe: small(overrides), backend }, quiet);
const steps = async (trainer: Trainer, n: number): Promise<StepReport[]> => {
  const reports: StepReport[] = [];
  for (let i = 0; i < n; i++) reports.push(await trainer.step());
  return reports;
};
const losses = (reports: readonly StepReport[]): number[] => reports.map(({ loss }) => loss);
const meanLoss = async (trainer: Trainer): Promise<number> => {
  const each = await trainer.cellLosses();
  return each.reduce((a, b) => a + b) / nObs;
};

describe.each(views)("training on view %o", (view) => {
  test.each(backbones)("learns to rebuild hidden cells of the full graph (%s)", async (backbone) => {
    const trainer = await start({ view, backbone });
    const before = await meanLoss(trainer);
    await steps(trainer, 40);
    expect(await meanLoss(trainer)).toBeLessThan(0.8 * before);
    trainer.dispose();
  });

  test("takes the same course from the same seed, and another from another", async () => {
    const course = async (seed: number) => {
      const trainer = await start({ view, seed });
      const result = { losses: losses(await steps(trainer, 6)), embedding: await trainer.embed() };
      trainer.dispose();
      return result;
    };
    const first = await course(1);
    expect(await course(1)).toEqual(first);
    expect((await course(2)).losses).not.toEqual(first.losses);
  });

  test("goes on from a checkpoint within an epoch bit for bit, also in a fresh trainer", async () => {
    const trainer = await start({ view });
    await steps(trainer, 6); // an epoch and a half
    const checkpoint = await trainer.checkpoint();
    const rest = async (t: Trainer) => (await steps(t, 7)).map(({ milliseconds: _, ...report }) => report);
    const expected = await rest(trainer);
    expect(expected[1].epochLoss).not.toBeNull();
    const other = await start({ view });
    await other.restore(structuredClone(checkpoint));
    expect(other.epoch).toBe(1);
    expect(await rest(other)).toEqual(expected);
    for (const t of [trainer, other]) t.dispose();
  });

  test("holds as many tensors after many batches as after one, and none after dispose", async () => {
    const before = tf.memory().numTensors;
    const trainer = await start({ view });
    await steps(trainer, 1);
    const held = tf.memory().numTensors;
    await steps(trainer, 7);
    await trainer.embed();
    await trainer.cellLosses();
    expect(tf.memory().numTensors).toBe(held);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("an epoch is over once every cell was a target, and its loss is the mean over them", async () => {
  const trainer = await start();
  expect(trainer.nBatches).toBe(4);
  const reports = await steps(trainer, 8);
  expect(reports.map(({ epoch, batch }) => [epoch, batch])).toEqual(
    [1, 2, 3, 0, 1, 2, 3, 0].map((batch, i) => [Math.floor((i + 1) / 4), batch]),
  );
  const [a, b, c, d] = losses(reports);
  expect(reports.map(({ epochLoss }) => epochLoss === null)).toEqual([
    true,
    true,
    true,
    false,
    true,
    true,
    true,
    false,
  ]);
  expect(reports[3].epochLoss).toBeCloseTo((40 * (a + b + c) + 24 * d) / nObs, 12);
  trainer.dispose();
});

test("batches that are made ahead give the same run", async () => {
  const recipe = small();
  const here = await createTrainer({ slice, graph, recipe, backend }, quiet);
  const expected = losses(await steps(here, 9));
  const part = batchRecipe(recipe);
  if (!part) throw new Error("expected a recipe of batches");
  const source = batchesOf(convolutionMatrix(graph, recipe.backbone), part);
  const asked: number[] = [];
  const batches = batchesAhead(
    async (epoch, batch) => {
      asked.push(4 * epoch + batch);
      return source.at(epoch, batch);
    },
    { nBatches: 4 },
  );
  const ahead = await createTrainer({ slice, graph, recipe, backend, batches }, quiet);
  expect(losses(await steps(ahead, 9))).toEqual(expected);
  expect(asked).toEqual(Array.from({ length: 11 }, (_, n) => n)); // each once, two ahead
  for (const t of [here, ahead]) t.dispose();
});

test("a batch that failed to be made is asked for again", async () => {
  let failures = 1;
  const batches = batchesAhead(
    async (epoch, batch) => {
      if (failures-- > 0) throw new Error("no thread");
      return { epoch, batch } as never;
    },
    { nBatches: 4 },
  );
  await expect(batches.at(0, 0)).rejects.toThrow("no thread");
  expect(await batches.at(0, 0)).toEqual({ epoch: 0, batch: 0 });
});
