import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { cellLabels } from "../slice/cell-labels";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { predictMemory } from "./budget";
import { probeEpoch } from "./epoch-probe";
import { defaultRecipe, type RunRecipe, validateRecipe } from "./recipe";
import { runCells } from "./run-cells";
import { sliceShape } from "./stand-in-slice";
import { createTrainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const { slice, graph, domains } = smallTissue({ side: 10, nVars: 12 });
const recipeOf = (changes: Partial<RunRecipe> = {}): RunRecipe =>
  defaultRecipe({
    method: "supervised",
    label: { name: "domain", leaveOut: [] },
    backbone: "sage",
    encoder: { layers: 2, hidden: 8, heads: 1, batchNorm: true, dropout: 0, attentionDropout: 0, skip: false },
    optimizer: { learningRate: 2e-2, weightDecay: 0 },
    ...changes,
  });

const argmax = (values: Float32Array, nClasses: number): Int32Array =>
  Int32Array.from({ length: values.length / nClasses }, (_, i) => {
    const own = values.subarray(i * nClasses, (i + 1) * nClasses);
    return own.indexOf(Math.max(...own));
  });

describe("classes", () => {
  test.each([{ kind: "full" }, { kind: "ego", hops: 2, batchSize: 16 }] as const)(
    "are learned from a few labelled cells and told for all others, with the view %o",
    async (view) => {
      const labels = { ...cellLabels(slice, { name: "domain", leaveOut: [] }) };
      const some = { ...labels, codes: labels.codes.map((code, i) => (i % 4 === 0 ? code : -1)) };
      const trainer = await createTrainer({ slice, graph, recipe: recipeOf({ view }), backend, labels: some }, quiet);
      expect(trainer.nBatches).toBe(view.kind === "full" ? 1 : Math.ceil(25 / 16));
      for (let i = 0; i < 30 * trainer.nBatches; i++) await trainer.step();
      const probabilities = (await trainer.predict()) as Float32Array;
      const losses = await trainer.cellLosses();
      expect(trainer.classes).toEqual(["domain0", "domain1", "domain2"]);
      const unseen = [...domains.keys()].filter((i) => i % 4 !== 0);
      const predicted = argmax(probabilities, 3);
      expect(unseen.filter((i) => predicted[i] === domains[i]).length / unseen.length).toBeGreaterThan(0.9);
      for (const i of domains.keys()) {
        const own = probabilities.subarray(3 * i, 3 * i + 3);
        expect(own.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        if (some.codes[i] < 0) expect(losses[i]).toBeNaN();
        else expect(losses[i]).toBeCloseTo(-Math.log(own[some.codes[i]]), 3);
      }
      trainer.dispose();
    },
  );

  test("that are left out are not learned, and what is learned does not depend on their codes", async () => {
    const column = slice.obs[0];
    if (column.kind !== "categorical") throw new Error("the label is categorical");
    const named = { ...column, categories: ["domain0", "Ambiguous", "domain2"] };
    const { labels } = runCells(
      { ...slice, obs: [named] },
      recipeOf({ label: { name: "domain", leaveOut: ["Ambiguous"] } }),
    );
    expect(labels?.classes).toEqual(["domain0", "domain2"]);
    expect([...(labels?.codes ?? [])]).toEqual(Array.from(domains, (code) => [0, -1, 1][code]));
  });

  test("count alike where they are balanced", async () => {
    const labels = cellLabels(slice, { name: "domain", leaveOut: [] });
    const codes = labels.codes.map((code, i) => (code === 0 || i % 25 === 7 ? code : -1));
    const lossesOf = async (classWeights: string) => {
      // without batch norm a step sees what evaluation sees
      const recipe = recipeOf({ config: { classWeights }, encoder: { ...recipeOf().encoder, batchNorm: false } });
      const trainer = await createTrainer({ slice, graph, recipe, backend, labels: { ...labels, codes } }, quiet);
      const cells = await trainer.cellLosses();
      const { loss } = await trainer.step();
      trainer.dispose();
      return { loss, cells };
    };
    const [plain, balanced] = [await lossesOf("none"), await lossesOf("balanced")];
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    const ofClass = (k: number) => [...plain.cells].filter((_, i) => codes[i] === k);
    expect(ofClass(0).length).toBeGreaterThan(10 * ofClass(1).length);
    expect(plain.loss).toBeCloseTo(mean([0, 1, 2].flatMap(ofClass)), 5);
    const classes = [0, 1, 2].map(ofClass).filter((own) => own.length > 0);
    expect(balanced.loss).toBeCloseTo(mean(classes.map(mean)), 5);
    // n_k cells that count 1 / sqrt(n_k) each
    const roots = classes.map((own) => Math.sqrt(own.length));
    const weighed = classes.reduce((sum, own, k) => sum + roots[k] * mean(own), 0);
    expect((await lossesOf("root")).loss).toBeCloseTo(weighed / roots.reduce((a, b) => a + b), 5);
  });

  test("are learned from cells that lack some genes, drawn by the seed, and told from whole ones", async () => {
    const run = async (geneDropout: number, seed: number) => {
      const encoder = { ...recipeOf().encoder, batchNorm: false };
      const trainer = await createTrainer(
        { slice, graph, recipe: recipeOf({ config: { geneDropout }, encoder, seed }), backend },
        quiet,
      );
      const told = await trainer.cellLosses();
      const losses = [(await trainer.step()).loss, (await trainer.step()).loss];
      trainer.dispose();
      return { mean: told.reduce((a, b) => a + b) / told.length, losses };
    };
    const [whole, dropped, again] = [await run(0, 3), await run(0.5, 3), await run(0.5, 3)];
    expect(whole.losses[0]).toBeCloseTo(whole.mean, 5);
    expect(dropped.mean).toBe(whole.mean);
    expect(Math.abs(dropped.losses[0] - whole.losses[0])).toBeGreaterThan(1e-3);
    expect(again.losses).toEqual(dropped.losses);
  });
});

describe("a supervised run", () => {
  test("without a label, with an unknown one or with one class says what is missing", async () => {
    const refused = (recipe: RunRecipe, obs = slice.obs) =>
      expect(createTrainer({ slice: { ...slice, obs }, graph, recipe, backend }, quiet)).rejects;
    const { label, ...unlabelled } = recipeOf();
    await refused(unlabelled).toMatchObject({ code: "missing", hint: expect.stringContaining("--label") });
    await refused(recipeOf({ label: { name: "organ", leaveOut: [] } })).toMatchObject({
      code: "missing",
      hint: expect.stringContaining("domain"),
    });
    await refused(recipeOf({ label: { name: "domain", leaveOut: ["domain1", "domain2"] } })).toMatchObject({
      code: "range",
      message: expect.stringContaining("domain0"),
    });
    const labels = { name: "domain", classes: ["a", "b"], codes: new Int32Array(slice.nObs).fill(-1) };
    const trainer = await createTrainer({ slice, graph, recipe: recipeOf(), backend, labels }, quiet);
    await expect(trainer.step()).rejects.toMatchObject({ code: "range", message: expect.stringContaining("domain") });
    expect((await trainer.predict())?.length).toBe(2 * slice.nObs);
    trainer.dispose();
    expect(() => validateRecipe({ ...recipeOf(), label: { name: 3 } })).toThrow("label.name");
    expect(validateRecipe(recipeOf())).toEqual(recipeOf());
  });

  test.each([{ kind: "full" }, { kind: "ego", hops: 2, batchSize: 16 }] as const)(
    "is predicted in memory and measured in time like any other, with the view %o",
    async (view) => {
      const recipe = recipeOf({ view });
      const input = { shape: sliceShape(slice), graph, recipe, backend: { name: "wasm", threads: 1 } as const };
      expect((await predictMemory(input, quiet)).totalBytes).toBeGreaterThan(0);
      const few = cellLabels(slice, { name: "domain", leaveOut: [] });
      const labels = { ...few, codes: few.codes.map((code, i) => (i === 99 ? code : -1)) };
      const { milliseconds } = await probeEpoch({ slice, graph, recipe, backend, labels, patienceMs: 1 }, quiet);
      expect(milliseconds).toBeGreaterThan(0);
    },
  );
});
