import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { openForTest } from "../kernels/testing/backends";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { predictMemory } from "./budget";
import { readModel, writeModel } from "./model-file";
import { modelInput } from "./model-input";
import { prepareSection } from "./prepared-section";
import { defaultRecipe, validateRecipe } from "./recipe";
import { sliceShape } from "./stand-in-slice";
import { createTrainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = (await openForTest("wasm")) as Backend;
});
afterAll(() => backend.dispose());

const { slice, graph } = smallTissue({ side: 16, nVars: 30 });
const recipe = defaultRecipe({
  backbone: "gcn",
  preprocess: { targetSum: "median", log1p: true, scale: true, center: true, components: 8 },
});

describe("a network on components", () => {
  test("learns, and rebuilds a cell in its genes", async () => {
    const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
    const first = (await trainer.step()).loss;
    for (let i = 0; i < 60; i++) await trainer.step();
    expect((await trainer.step()).loss).toBeLessThan(0.9 * first);
    const rebuilt = await trainer.rebuilt(100);
    trainer.dispose();
    expect(rebuilt?.length).toBe(slice.nVars);
    // cell 100 lies in the first of three stripes, whose genes are every third
    const mean = (remainder: number) =>
      [...(rebuilt ?? [])].filter((_, j) => j % 3 === remainder).reduce((a, b) => a + b) / 10;
    expect(mean(0)).toBeGreaterThan(mean(1) + 0.2);
  });

  test("says the same of the slice when it is read from its file, whatever the order of the genes", async () => {
    const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
    await trainer.step();
    const said = await trainer.embed();
    const { statistics } = trainer;
    const parts = { recipe, genes: slice.varNames, classes: null, statistics };
    const model = readModel(writeModel({ ...parts, arrays: await trainer.weights() }), "model");
    trainer.dispose();
    const turned = { ...slice, varNames: slice.varNames.slice().reverse(), X: reversed() };
    const input = modelInput(model, turned);
    const again = await createTrainer({ ...input, graph, recipe: model.recipe, backend }, quiet);
    again.load(model.arrays);
    const heard = await again.embed();
    again.dispose();
    heard.forEach((v, e) => {
      expect(v).toBeCloseTo(said[e], 4);
    });
  });

  test("needs the memory that was predicted", async () => {
    const input = { shape: sliceShape(slice), graph, recipe, backend: { name: "wasm", threads: 1 } as const };
    const predicted = await predictMemory(input, quiet);
    const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
    await trainer.step();
    await trainer.embed();
    await trainer.cellLosses();
    const measured = trainer.peakBytes();
    trainer.dispose();
    expect(Math.abs(predicted.deviceBytes / measured - 1)).toBeLessThan(0.02);
  });

  test("is refused where there are many sections, and where the number makes no sense", () => {
    const statistics = { targetSum: null, geneMeans: null, inverseDeviations: null };
    expect(() => prepareSection(slice, { recipe, statistics, classes: null }, quiet)).toThrowError(/one slice/);
    const preprocess = { ...recipe.preprocess, components: 0 };
    expect(() => validateRecipe({ ...recipe, preprocess })).toThrowError(/preprocess.components/);
  });
});

/** The counts with the genes in the opposite order. */
function reversed(): typeof slice.X {
  const { indptr, indices, data } = slice.X;
  const [toIndices, toData] = [indices.slice(), data.slice()];
  for (let i = 0; i < slice.nObs; i++)
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      const to = indptr[i] + indptr[i + 1] - 1 - e;
      toIndices[to] = slice.nVars - 1 - indices[e];
      toData[to] = data[e];
    }
  return { indptr, indices: toIndices, data: toData };
}
