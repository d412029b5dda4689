import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { openForTest } from "../kernels/testing/backends";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { type BudgetInput, predictMemory } from "./budget";
import { excess, findMend, type MemoryLimits } from "./budget-limits";
import { overLimit } from "./over-limit";
import { defaultRecipe, type RunRecipe } from "./recipe";
import { sliceShape, standInSlice } from "./stand-in-slice";
import { createTrainer } from "./trainer";

const { slice, graph } = smallTissue({ side: 40, nVars: 60 });
const recipeOf = (backbone: RunRecipe["backbone"], encoder: Partial<RunRecipe["encoder"]> = {}): RunRecipe => {
  const recipe = defaultRecipe({ backbone });
  return { ...recipe, encoder: { ...recipe.encoder, ...encoder } };
};
const inputOf = (recipe: RunRecipe): BudgetInput => ({
  shape: sliceShape(slice),
  graph,
  recipe,
  backend: { name: "wasm", threads: 1 },
});
const unlimited: MemoryLimits = { memoryBytes: null, device: { totalBytes: null, arrayBytes: null } };

describe("the memory of a run", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = (await openForTest("wasm")) as Backend;
  });
  afterAll(() => backend.dispose());

  // the wider one last, as a backend's peak never falls
  test.each([
    ["gcn", {}],
    ["gat", { layers: 3, skip: true, hidden: 128 }],
  ] as const)("is what wasm then holds at most, with %s %o", async (backbone, encoder) => {
    const recipe = recipeOf(backbone, encoder);
    const predicted = await predictMemory(inputOf(recipe), quiet);
    const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
    const resident = backend.memory().bytes;
    await trainer.step();
    await trainer.embed();
    await trainer.cellLosses();
    const measured = backend.memory().peakBytes;
    trainer.dispose();
    expect(Math.abs(predicted.deviceBytes / measured - 1), `${predicted.deviceBytes}, ${measured}`).toBeLessThan(0.01);
    const { expression, graph: edges, weights, activations, working, embedding } = predicted.parts;
    expect(Math.abs((expression + edges + weights) / resident - 1)).toBeLessThan(0.01);
    expect(Math.min(expression, edges, weights, activations, working)).toBeGreaterThan(0);
    expect(expression + edges + weights + activations + working + embedding).toBe(predicted.totalBytes);
  });

  test("is found without touching the backend that is open", async () => {
    const recipe = recipeOf("gat");
    const first = await createTrainer({ slice, graph, recipe, backend }, quiet);
    const losses = [(await first.step()).loss, (await first.step()).loss];
    first.dispose();
    const second = await createTrainer({ slice, graph, recipe, backend }, quiet);
    const again = [(await second.step()).loss];
    const { tensors } = backend.memory();
    await predictMemory(inputOf(recipe), quiet);
    expect(backend.memory().tensors).toBe(tensors);
    again.push((await second.step()).loss);
    second.dispose();
    expect(again).toEqual(losses);
  });
});

test("needs no open backend, and the same for a slice whose entries are extrapolated", async () => {
  const input = inputOf(recipeOf("sage"));
  const whole = await predictMemory(input, quiet);
  const less = await predictMemory({ ...input, mostEntries: 4 * slice.nObs }, quiet);
  expect(input.shape.nnz).toBeGreaterThan(4 * slice.nObs);
  expect(Math.abs(less.deviceBytes / whole.deviceBytes - 1)).toBeLessThan(1e-3);
  expect(Math.abs(less.largestBytes / whole.largestBytes - 1)).toBeLessThan(1e-3);
});

test("a stand-in has the shape that was asked for, and is a slice", () => {
  const section = { codes: new Int8Array(7), names: ["one"] };
  const shape = {
    nObs: 7,
    nVars: 5,
    nnz: 23,
    bytesPerCount: 2,
    spatial: new Float32Array(14),
    section,
    obs: [],
  } as const;
  const { X, ...rest } = standInSlice(shape);
  expect(sliceShape({ X, ...rest })).toEqual(shape);
  for (let i = 0; i < 7; i++) {
    const genes = [...X.indices.subarray(X.indptr[i], X.indptr[i + 1])];
    expect(genes).toEqual([...new Set(genes)].sort((a, b) => a - b));
    expect(Math.max(...genes)).toBeLessThan(5);
  }
});

describe("a run over its limit", () => {
  const recipe = recipeOf("gat", { hidden: 64 });

  test("is refused with the first limit that it passes", async () => {
    const budget = await predictMemory(inputOf(recipe), quiet);
    expect(excess(budget, unlimited)).toBeNull();
    expect(excess(budget, { ...unlimited, memoryBytes: budget.totalBytes })).toBeNull();
    expect(excess(budget, { ...unlimited, memoryBytes: budget.totalBytes - 1 })).toMatchObject({ what: "memory" });
    const small = { totalBytes: null, arrayBytes: budget.largestBytes - 1 };
    const array = excess(budget, { memoryBytes: 1, device: small });
    expect(array).toEqual({ what: "array", bytes: budget.largestBytes, limitBytes: budget.largestBytes - 1 });
    expect(overLimit(array!, null)).toMatchObject({
      code: "memory",
      message: expect.stringContaining("this GPU takes"),
    });
  });

  test("is brought under it by the fewest ranges of cells, which give the same results", async () => {
    const inBlocks = (rowBlocks: number) => predictMemory(inputOf({ ...recipe, memory: { rowBlocks } }), quiet);
    const [two, four] = [await inBlocks(2), await inBlocks(4)];
    expect(four.totalBytes).toBeLessThan(two.totalBytes);
    const limits = { ...unlimited, memoryBytes: four.totalBytes + 1000 };
    const mend = await findMend(inputOf(recipe), limits, quiet);
    expect(mend).toMatchObject({ words: "4 row blocks", recipe: { memory: { rowBlocks: 4 } }, budget: four });
  });

  test("is brought under it by the mildest value of a setting where ranges do not do, which is named", async () => {
    const recipe = { ...recipeOf("gat", { hidden: 64 }), memory: { rowBlocks: 32 } };
    const batched = (recipe: RunRecipe): RunRecipe => ({ ...recipe, view: { kind: "ego", hops: 2, batchSize: 64 } });
    const smallest = await predictMemory(inputOf(batched(recipe)), quiet);
    const limits = { ...unlimited, memoryBytes: smallest.totalBytes + 1000 };
    const mend = await findMend(inputOf(recipe), limits, quiet);
    expect(mend?.words).toMatch(/^batches of \d+ cells$/);
    const view = mend?.recipe?.view as { kind: "ego"; hops: number; batchSize: number };
    expect(view).toMatchObject({ kind: "ego", hops: 2 });
    expect(mend?.flags).toBe(`--view ego --hops 2 --batch-size ${view.batchSize}`);
    expect(mend?.budget.totalBytes).toBeLessThanOrEqual(limits.memoryBytes);
    const milder = { ...recipe, view: { ...view, batchSize: 4 * view.batchSize } };
    const budget = await predictMemory(inputOf(milder), quiet);
    if (milder.view.batchSize < slice.nObs) expect(budget.totalBytes).toBeGreaterThan(limits.memoryBytes);

    // smaller batches than these are not offered, so that the width is next
    const small = await predictMemory(inputOf(batched(recipeOf("gat", { hidden: 24 }))), quiet);
    const tight = { ...unlimited, memoryBytes: small.totalBytes + 1000 };
    const narrower = await findMend(inputOf(batched(recipe)), tight, quiet);
    expect(narrower).toMatchObject({ words: "width 24", flags: "--hidden 24", budget: small });
    const over = excess(await predictMemory(inputOf(batched(recipe)), quiet), tight);
    expect(overLimit(over!, narrower).hint).toMatch(/^With width 24 it needs [\d.]+ MiB\.$/);
  });

  test("is beyond mending where nothing fits", async () => {
    expect(await findMend(inputOf(recipe), { ...unlimited, memoryBytes: 1000 }, quiet)).toBeNull();
  });

  test("is not looked into any further once that is cancelled", async () => {
    const cancelled = { ...quiet, cancelled: true };
    const failed = findMend(inputOf(recipe), { ...unlimited, memoryBytes: 1000 }, cancelled);
    await expect(failed).rejects.toMatchObject({ code: "cancelled" });
  });
});
