import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { type Model, readModel, writeModel } from "./model-file";
import { modelInput, nothingLabelled } from "./model-input";
import { defaultRecipe } from "./recipe";
import { writeSafetensors } from "./safetensors";
import { createTrainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const { slice, graph } = smallTissue({ side: 8, nVars: 9 });
const recipe = defaultRecipe({
  method: "supervised",
  label: { name: "domain", leaveOut: [] },
  backbone: "sage",
  encoder: { layers: 1, hidden: 8, heads: 1, batchNorm: false, dropout: 0, attentionDropout: 0, skip: false },
  preprocess: { targetSum: "median", log1p: true, scale: true, center: true },
});

async function trainedModel(): Promise<Model> {
  const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
  for (let i = 0; i < 5; i++) await trainer.step();
  const { classes, statistics } = trainer;
  const model = { recipe, arrays: await trainer.weights(), genes: slice.varNames, classes, statistics };
  trainer.dispose();
  return readModel(writeModel(model), "model");
}

async function predictions(model: Model, of: typeof slice): Promise<Float32Array> {
  const { slice, statistics } = modelInput(model, of);
  const labels = nothingLabelled(model.classes ?? [], slice.nObs);
  const input = { slice, graph, recipe: model.recipe, backend, labels, ...(statistics && { statistics }) };
  const trainer = await createTrainer(input, quiet);
  trainer.load(model.arrays);
  const probabilities = await trainer.predict();
  trainer.dispose();
  return probabilities as Float32Array;
}

describe("a model in a file", () => {
  test("says of a slice what the network said, whatever the order of its genes and whatever genes it has besides", async () => {
    const model = await trainedModel();
    const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
    trainer.load(model.arrays);
    const expected = await trainer.predict();
    trainer.dispose();
    expect(await predictions(model, slice)).toEqual(expected);
    // genes backwards, and one more that the network does not know
    const reversed = [...slice.varNames].reverse();
    const backwards = modelInput({ ...model, genes: reversed }, slice).slice;
    const more = { ...backwards, varNames: [...reversed, "unknown"], nVars: 10 };
    expect(await predictions(model, more)).toEqual(expected);
  });

  test("brings a part of the slice into the scale of its training", async () => {
    const model = await trainedModel();
    const doubled = { ...slice, X: { ...slice.X, data: slice.X.data.map((count) => 2 * count) } };
    // twice the counts are the same expression once brought to the training's total
    const [once, twice] = [await predictions(model, slice), await predictions(model, doubled)];
    expect(Math.max(...once.map((p, i) => Math.abs(p - twice[i])))).toBeLessThan(1e-5);
    expect(Number.isFinite(model.statistics?.targetSum)).toBe(true);
  });

  test("reads a gene that is not there as its mean where genes are centred, and says which", async () => {
    const model = await trainedModel();
    const { slice: fewer } = modelInput({ ...model, genes: slice.varNames.slice(1) }, slice);
    const { statistics, notes, missingGenes } = modelInput(model, fewer);
    expect(missingGenes).toEqual([slice.varNames[0]]);
    expect(notes.join()).toContain(`1 of 9 genes are not in the slice and read as hidden: ${slice.varNames[0]}.`);
    expect(statistics?.geneMeans?.[0]).toBe(0);
    expect(statistics?.geneMeans?.[1]).toBe(model.statistics?.geneMeans?.[1]);
    expect((await predictions(model, fewer)).every(Number.isFinite)).toBe(true);
  });

  test("from elsewhere needs a recipe, and what it has must be what it should be", async () => {
    expect(() => readModel(writeSafetensors([]), "m")).toThrow("m: the weights come without a recipe");
    expect(() => readModel(writeSafetensors([], { recipe: "{" }), "m")).toThrow("recipe is not JSON");
    const metadata = { recipe: JSON.stringify(recipe) };
    expect(() => readModel(writeSafetensors([], { ...metadata, genes: "3" }), "m")).toThrow("genes is not a list");
    const wrong = JSON.stringify({ targetSum: "x", geneMeans: null, inverseDeviations: null });
    expect(() => readModel(writeSafetensors([], { ...metadata, statistics: wrong }), "m")).toThrow("statistics");
    const bare = readModel(writeSafetensors([], metadata), "m");
    expect(bare).toMatchObject({ genes: null, classes: null, statistics: null });
    expect(modelInput({ ...bare, genes: slice.varNames }, slice).notes.join()).toContain("that of this slice is used");
  });
});
