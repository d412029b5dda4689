import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { expectClose, openForTest } from "../kernels/testing/backends";
import { type Backbone, backbones } from "../nn/encoder-spec";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { predictMemory } from "./budget";
import { defaultRecipe, type RunRecipe } from "./recipe";
import { sliceShape } from "./stand-in-slice";
import { createTrainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = (await openForTest("wasm")) as Backend;
});
afterAll(() => backend.dispose());

const { slice, graph } = smallTissue({ side: 30, nVars: 40 });
const recipeOf = (backbone: Backbone, rowBlocks: number, layers = 3): RunRecipe => {
  const { encoder } = defaultRecipe();
  return defaultRecipe({ backbone, encoder: { ...encoder, layers, hidden: 32, skip: true }, memory: { rowBlocks } });
};

async function run(backbone: Backbone, rowBlocks: number) {
  const before = backend.memory().tensors;
  const trainer = await createTrainer({ slice, graph, recipe: recipeOf(backbone, rowBlocks), backend }, quiet);
  const losses: number[] = [];
  const held = new Set<number>();
  for (let i = 0; i < 5; i++) {
    losses.push((await trainer.step()).loss);
    held.add(backend.memory().tensors);
  }
  const embedding = await trainer.embed();
  trainer.dispose();
  expect(held.size).toBe(1);
  expect(backend.memory().tensors).toBe(before);
  return { losses, embedding };
}

test.each(backbones)(
  "a run of %s in ranges of cells takes the course of the undivided one, bit for bit twice",
  async (backbone) => {
    const whole = await run(backbone, 1);
    const divided = await run(backbone, 7);
    expectClose(divided.losses, whole.losses, 1e-5);
    expectClose(divided.embedding, whole.embedding, 1e-3); // five steps of Adam, which turns rounding into steps where a gradient is all rounding
    expect(await run(backbone, 7)).toEqual(divided);
  },
);

// of five layers: of fewer an undivided GCN or GraphSAGE keeps about as little as one layer needs while it is made again
test.each(backbones)("needs less memory with %s of many layers, as much as is predicted", async (backbone) => {
  const own = (await openForTest("wasm")) as Backend;
  const trainer = await createTrainer({ slice, graph, recipe: recipeOf(backbone, 6, 5), backend: own }, quiet);
  for (let i = 0; i < 2; i++) await trainer.step();
  await trainer.embed();
  await trainer.cellLosses();
  const measured = trainer.peakBytes();
  trainer.dispose();
  own.dispose();
  const predict = (rowBlocks: number) =>
    predictMemory(
      {
        shape: sliceShape(slice),
        graph,
        recipe: recipeOf(backbone, rowBlocks, 5),
        backend: { name: "wasm", threads: 1 },
      },
      quiet,
    );
  const [whole, divided] = [await predict(1), await predict(6)];
  expect(Math.abs(divided.deviceBytes / measured - 1)).toBeLessThan(0.01);
  expect(divided.deviceBytes).toBeLessThan(0.9 * whole.deviceBytes);
});
