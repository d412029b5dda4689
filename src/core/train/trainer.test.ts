import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { attends, backbones } from "../nn/encoder-spec";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe, type RunRecipe } from "./recipe";
import { createTrainer, type Trainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const tissue = smallTissue();
const { slice, graph } = tissue;
const { nObs, nVars } = slice;
const small = (overrides: Partial<RunRecipe> = {}): RunRecipe =>
  defaultRecipe({
    encoder: { layers: 2, hidden: 8, heads: 2, batchNorm: true, dropout: 0.1, attentionDropout: 0.2, skip: true },
    optimizer: { learningRate: 1e-2, weightDecay: 1e-5 },
    ...overrides,
  });
const start = (overrides: Partial<RunRecipe> = {}): Promise<Trainer> =>
  createTrainer({ slice, graph, recipe: small(overrides), backend }, quiet);
const steps = async (trainer: Trainer, n: number): Promise<number[]> => {
  const losses: number[] = [];
  for (let i = 0; i < n; i++) losses.push((await trainer.step()).loss);
  return losses;
};

describe.each(backbones)("a run with %s", (backbone) => {
  test("learns to rebuild hidden cells better than their mean does", async () => {
    const trainer = await start({ backbone });
    await steps(trainer, 40);
    const losses = await trainer.cellLosses();
    const mean = losses.reduce((a, b) => a + b) / nObs;
    expect(mean).toBeLessThan(0.75 * varianceOfExpression());
    trainer.dispose();
  });

  test("takes the same course from the same seed, and another from another", async () => {
    const curve = async (seed: number) => {
      const trainer = await start({ backbone, seed });
      const losses = await steps(trainer, 5);
      const embedding = await trainer.embed();
      trainer.dispose();
      return { losses, embedding };
    };
    const first = await curve(1);
    expect(await curve(1)).toEqual(first);
    expect((await curve(2)).losses).not.toEqual(first.losses);
  });

  test("goes on from a checkpoint bit for bit, also in a fresh trainer", async () => {
    const trainer = await start({ backbone });
    await steps(trainer, 3);
    const checkpoint = await trainer.checkpoint();
    const expected = await steps(trainer, 4);
    await trainer.restore(checkpoint);
    expect(trainer.epoch).toBe(3);
    expect(await steps(trainer, 4)).toEqual(expected);
    const other = await start({ backbone });
    await other.restore(structuredClone(checkpoint));
    expect(await steps(other, 4)).toEqual(expected);
    for (const t of [trainer, other]) t.dispose();
  });

  test("holds as many tensors after many steps as after one, and none after dispose", async () => {
    const before = tf.memory().numTensors;
    const trainer = await start({ backbone });
    await trainer.step();
    const held = tf.memory().numTensors;
    await steps(trainer, 3);
    await trainer.embed();
    await trainer.cellLosses();
    await trainer.attention(5);
    await trainer.rebuilt(5);
    await trainer.restore(await trainer.checkpoint());
    expect(tf.memory().numTensors).toBe(held);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("tells the weights in the names and shapes of PyTorch Geometric", async () => {
    const trainer = await start({ backbone });
    const shapes = Object.fromEntries((await trainer.weights()).map(({ name, shape }) => [name, shape]));
    const convolution = {
      gcn: { "lin.weight": [8, nVars] },
      sage: { "lin_l.weight": [8, nVars], "lin_r.weight": [8, nVars] },
      gat: { "lin.weight": [8, nVars], att_src: [1, 2, 4], att_dst: [1, 2, 4] },
      gatv2: { "lin_l.weight": [8, nVars], "lin_r.weight": [8, nVars], att: [1, 2, 4] },
    }[backbone];
    for (const [name, shape] of Object.entries(convolution)) expect(shapes[`encoder.convs.0.${name}`]).toEqual(shape);
    expect(shapes["encoder.norms.0.module.running_var"]).toEqual([8]);
    expect(shapes["decoder.weight"]).toEqual([nVars, 8]);
    trainer.dispose();
  });
});

test.each(backbones)(
  "dropout of attention shows in the steps of a %s where it attends, and in no embedding",
  async (backbone) => {
    const run = async (attentionDropout: number) => {
      const trainer = await start({ backbone, encoder: { ...small().encoder, attentionDropout } });
      const untrained = await trainer.embed();
      const losses = await steps(trainer, 2);
      trainer.dispose();
      return { untrained, losses };
    };
    const [none, some] = [await run(0), await run(0.5)];
    expect(some.untrained).toEqual(none.untrained);
    if (attends(backbone)) expect(some.losses[0]).not.toBe(none.losses[0]);
    else expect(some.losses).toEqual(none.losses);
  },
);

test("a network takes another's weights, in any order, and embeds alike", async () => {
  const trained = await start();
  await steps(trained, 3);
  const other = await start({ seed: 9 });
  await steps(other, 1);
  other.load((await trained.weights()).reverse());
  expect(other.epoch).toBe(0);
  expect(await other.embed()).toEqual(await trained.embed());
  expect(await other.weights()).toEqual(await trained.weights());
  expect((await other.step()).loss).toBeGreaterThan(0);
  for (const t of [trained, other]) t.dispose();
});

test("weights of another network are refused by the name of the array, and what was there stays", async () => {
  const trainer = await start();
  const weights = await trainer.weights();
  const held = tf.memory().numTensors;
  const [first] = weights;
  const refused = (arrays: typeof weights) => expect(() => trainer.load(arrays));
  refused(weights.slice(1)).toThrow(`no ${first.name}`);
  refused([...weights, { ...first, name: "encoder.convs.7.bias" }]).toThrow("no encoder.convs.7.bias");
  refused([{ ...first, shape: [1, first.data.length] }, ...weights.slice(1)]).toThrow(`${first.name} has shape [1,`);
  expect(tf.memory().numTensors).toBe(held);
  expect(await trainer.weights()).toEqual(weights);
  trainer.dispose();
});

test.each(["gat", "gatv2"] as const)(
  "attention of a %s is a distribution over a cell and its neighbours, per layer and head",
  async (backbone) => {
    const trainer = await start({ backbone });
    await trainer.step();
    const cell = 17;
    const record = await trainer.attention(cell);
    const expected = [cell, ...graph.indices.subarray(graph.indptr[cell], graph.indptr[cell + 1])].sort(
      (a, b) => a - b,
    );
    expect([...(record?.neighbours ?? [])]).toEqual(expected);
    expect(record?.layers.length).toBe(2);
    for (const alpha of record?.layers ?? []) {
      expect(alpha.length).toBe(expected.length * 2);
      for (const head of [0, 1]) {
        const sum = alpha.filter((_, e) => e % 2 === head).reduce((a, b) => a + b);
        expect(sum).toBeCloseTo(1, 5);
      }
    }
    trainer.dispose();
  },
);

test("a backbone without attention has none to tell, and a cell outside the slice is refused", async () => {
  const trainer = await start({ backbone: "gcn" });
  expect(await trainer.attention(0)).toBeNull();
  await expect(trainer.rebuilt(nObs)).rejects.toThrow(`Cell ${nObs} is outside [0, ${nObs}).`);
  await expect(trainer.attention(-1)).rejects.toThrow("Cell -1");
  trainer.dispose();
});

test("an embedding has a row for every cell and does not depend on dropout", async () => {
  const trainer = await start();
  await steps(trainer, 2);
  const embedding = await trainer.embed();
  expect(embedding.length).toBe(nObs * trainer.embeddingSize);
  expect(embedding.every(Number.isFinite)).toBe(true);
  expect(await trainer.embed()).toEqual(embedding);
  trainer.dispose();
});

test("a loss that is no number stops the run and says which setting to change", async () => {
  const trainer = await start({
    encoder: { layers: 2, hidden: 8, heads: 2, batchNorm: false, dropout: 0, attentionDropout: 0, skip: false },
    optimizer: { learningRate: 1, weightDecay: 0 },
    preprocess: { targetSum: 1e9, log1p: false, scale: false },
  });
  const failure = await steps(trainer, 200).then(
    () => null,
    (error) => error,
  );
  expect(failure).toMatchObject({ code: "range" });
  expect(failure.message).toMatch(/the loss was (NaN|Infinity)/);
  expect(failure.hint).toMatch("Lower the learning rate (now 1, try 0.1), turn log1p on, turn batch norm on");
  trainer.dispose();
});

test("a graph of another slice is refused", async () => {
  const other = smallTissue({ side: 5 });
  await expect(createTrainer({ slice: other.slice, graph, recipe: small(), backend }, quiet)).rejects.toMatchObject({
    code: "shape",
    message: "The graph has 144 cells, the slice 25.",
  });
});

test("a checkpoint of another recipe is refused, a longer run of the same is not", async () => {
  const trainer = await start();
  const checkpoint = await trainer.checkpoint();
  const longer = await start({ epochs: 500 });
  await longer.restore(checkpoint);
  const other = await start({ backbone: "sage" });
  await expect(other.restore(checkpoint)).rejects.toThrow("another recipe");
  for (const t of [trainer, longer, other]) t.dispose();
});

/** Variance of log-normalised expression over cells, mean over genes: what a decoder of means alone would lose. */
function varianceOfExpression(): number {
  const { indptr, indices, data } = slice.X;
  const totals = Array.from({ length: nObs }, (_, i) =>
    Array.from(data.subarray(indptr[i], indptr[i + 1])).reduce((a, b) => a + b, 0),
  );
  const sorted = [...totals].sort((a, b) => a - b);
  const target = (sorted[nObs / 2 - 1] + sorted[nObs / 2]) / 2;
  let variance = 0;
  for (let j = 0; j < nVars; j++) {
    const column = new Float64Array(nObs);
    for (let i = 0; i < nObs; i++)
      for (let e = indptr[i]; e < indptr[i + 1]; e++)
        if (indices[e] === j) column[i] = Math.log1p((data[e] * target) / totals[i]);
    const mean = column.reduce((a, b) => a + b) / nObs;
    variance += column.reduce((a, b) => a + (b - mean) ** 2, 0) / nObs;
  }
  return variance / nVars;
}
