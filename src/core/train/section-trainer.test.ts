import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { type Collection, readSection, surveySections } from "../collection/collection";
import { sectionClasses } from "../collection/section-classes";
import { memoryStore } from "../collection/testing/memory-store";
import { buildGraph } from "../graph/build-graph";
import type { CategoricalColumn, Slice } from "../slice/slice";
import { methodCatalog } from "../ssl/catalog";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { buffersOf, prepareSection, type SectionSource } from "./prepared-section";
import { defaultRecipe, type RunRecipe } from "./recipe";
import { sectionOrder } from "./section-order";
import { sectionStatistics, sectionsHere } from "./section-source";
import { createSectionTrainer, type SectionTrainer } from "./section-trainer";
import { trainToEnd } from "./train-to-end";
import { createTrainer } from "./trainer";

let backend: Backend;
let collection: Collection;
beforeAll(async () => {
  backend = await openCpu();
  collection = await surveySections(store);
});
afterAll(() => backend.dispose());

/** Squares of 6 to 10 cells a side; the second knows only two of the three domains, the last has no label at all. */
const sides = [8, 6, 10, 7];
const names = ["D0", "D1", "D2"];
const slices = sides.map((side, s): Slice => {
  const { slice, domains } = smallTissue({ side, seed: s + 1 });
  const codes = Int8Array.from(domains, (d) => (s === 1 && d === 2 ? -1 : d));
  const domain: CategoricalColumn = { kind: "categorical", name: "domain", codes, categories: names };
  const section = { codes: new Int8Array(slice.nObs), names: [`s${s}`] };
  return { ...slice, section, obs: s === 3 ? [] : [domain] };
});
const { store } = memoryStore(Object.fromEntries(slices.map((slice, s) => [`${s}.arrow`, slice])));

const small = (overrides: Partial<RunRecipe> = {}): RunRecipe =>
  defaultRecipe({
    encoder: { layers: 2, hidden: 8, heads: 2, batchNorm: true, dropout: 0.1, attentionDropout: 0.2, skip: true },
    optimizer: { learningRate: 1e-2, weightDecay: 1e-5 },
    graph: { kind: "knn", k: 4, symmetrize: "union" },
    epochs: 3,
    ...overrides,
  });

interface Choice {
  readonly train?: readonly number[];
  readonly validation?: readonly number[];
  readonly through?: (source: SectionSource) => SectionSource;
}

async function start(overrides: Partial<RunRecipe> = {}, choice: Choice = {}): Promise<SectionTrainer> {
  const { train = [0, 1, 2], validation = [], through = (source) => source } = choice;
  const recipe = small(overrides);
  const statistics = await sectionStatistics(store, collection, recipe, train);
  const known = recipe.label ? sectionClasses(collection, recipe.label, train) : null;
  const plan = { recipe, statistics, classes: known?.classes ?? null };
  const sections = train.map((section) => ({
    section,
    nTargets: known ? known.labelled[section] : collection.sections[section].nObs,
  }));
  const source = through(sectionsHere(store, collection, plan));
  return createSectionTrainer({ plan, source, backend, nVars: 20, train: sections, validation });
}

async function steps(trainer: SectionTrainer, n: number) {
  const reports = [];
  for (let i = 0; i < n; i++) reports.push(await trainer.step());
  return reports.map(({ section, loss, epochLoss, batch }) => ({ section, loss, epochLoss, batch }));
}

test.each([{}, { preprocess: { targetSum: "median", log1p: true, scale: true, center: true } as const }])(
  "a collection of one section trains as the slice does, bit for bit (%o)",
  async (overrides) => {
    const recipe = small(overrides);
    const slice = await readSection(store, collection, 2);
    const { graph } = buildGraph(slice.spatial, slice.section.codes, recipe.graph);
    const one = await createTrainer({ slice, graph, recipe, backend }, quiet);
    const many = await start(overrides, { train: [2] });
    for (let i = 0; i < 4; i++) expect((await many.step()).loss).toBe((await one.step()).loss);
    expect(await many.weights()).toEqual(await one.weights());
    one.dispose();
    many.dispose();
  },
);

describe.each([
  { kind: "full" } as const,
  { kind: "ego", hops: 2, batchSize: 20 } as const,
  { kind: "ego", hops: 1, batchSize: 20 } as const,
])("over many sections with $kind $hops", (view) => {
  const nBatches = view.kind === "full" ? 3 : 4 + 2 + 5;

  test("every section is met once an epoch, in an order of its own that follows from the seed", async () => {
    const trainer = await start({ view });
    expect(trainer.nBatches).toBe(nBatches);
    const done = await steps(trainer, 3 * nBatches);
    const orders = [0, 1, 2].map((epoch) => [
      ...new Set(done.slice(epoch * nBatches, (epoch + 1) * nBatches).map(({ section }) => section)),
    ]);
    for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2]);
    expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
    expect(done.filter(({ epochLoss }) => epochLoss !== null)).toHaveLength(3);
    expect(done.at(-1)?.epochLoss).toBeLessThan(done[nBatches - 1].epochLoss as number);
    trainer.dispose();

    const again = await start({ view });
    expect(await steps(again, nBatches)).toEqual(done.slice(0, nBatches));
    again.dispose();
    const other = await start({ view, seed: 5 });
    expect(await steps(other, nBatches)).not.toEqual(done.slice(0, nBatches));
    other.dispose();
  });

  test("a run goes on from a checkpoint within an epoch bit for bit, also in a fresh trainer", async () => {
    const trainer = await start({ view }, { validation: [3] });
    await steps(trainer, nBatches - 1);
    const checkpoint = await trainer.checkpoint();
    const expected = await steps(trainer, 3);
    const loss = await trainer.validate();
    await trainer.restore(checkpoint);
    expect(await steps(trainer, 3)).toEqual(expected);
    const other = await start({ view }, { validation: [3] });
    await other.restore(structuredClone(checkpoint));
    expect(await steps(other, 3)).toEqual(expected);
    expect(await other.validate()).toBe(loss);
    trainer.dispose();
    other.dispose();
  });

  test("the loss on other sections is told and changes nothing", async () => {
    const [plain, watched] = [await start({ view }), await start({ view }, { validation: [3] })];
    expect(await plain.validate()).toBeNull();
    const losses = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      expect(await steps(watched, nBatches)).toEqual(await steps(plain, nBatches));
      losses.push(await watched.validate());
      expect(await watched.validate()).toBe(losses[epoch]);
    }
    expect(losses[2]).toBeLessThan(losses[0] as number);
    plain.dispose();
    watched.dispose();
  });

  test("holds as many tensors after many sections as after one, and none after dispose", async () => {
    const before = tf.memory().numTensors;
    const trainer = await start({ view }, { validation: [3] });
    await steps(trainer, nBatches);
    await trainer.validate();
    await steps(trainer, 1);
    const held = tf.memory().numTensors;
    await steps(trainer, nBatches - 1);
    await trainer.validate();
    await steps(trainer, 1);
    expect(tf.memory().numTensors).toBe(held);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("sections prepared ahead", () => {
  test("are asked for one at a time, each once, and give the same bits", async () => {
    const asked: number[] = [];
    let [onTheWay, most] = [0, 0];
    const ahead = (source: SectionSource): SectionSource => ({
      ahead: true,
      async at(section) {
        asked.push(section);
        most = Math.max(most, ++onTheWay);
        await new Promise((resolve) => setTimeout(resolve, 1));
        const prepared = await source.at(section);
        onTheWay--;
        return structuredClone(prepared);
      },
    });
    const run = async (choice: Choice) => {
      const trainer = await start({}, { validation: [3], ...choice });
      const trained = await trainToEnd(trainer, { lost: new Promise(() => {}) }, quiet);
      const weights = await trainer.weights();
      trainer.dispose();
      return { losses: trained.losses, validation: trained.validationLosses, weights };
    };
    const expected = await run({});
    expect(await run({ through: ahead })).toEqual(expected);
    expect(most).toBe(1);
    expect(asked).toHaveLength(3 * 4);
    const order = sectionOrder([0, 1, 2], [1, 1, 1], 0);
    expect(asked).toEqual([0, 1, 2].flatMap((epoch) => [...order.sections(epoch), 3]));
  });

  test("that cannot be read end the run with their error", async () => {
    const broken = (source: SectionSource): SectionSource => ({
      ahead: true,
      at: (section) => (section === 1 ? Promise.reject(new Error("gone")) : source.at(section)),
    });
    const run = async () => {
      const trainer = await start({}, { through: broken });
      await steps(trainer, 3).finally(() => trainer.dispose());
    };
    await expect(run()).rejects.toThrow("gone");
  });
});

describe("statistics", () => {
  test("are of the sections to train on, and each section is read once for them", async () => {
    const counted = memoryStore(Object.fromEntries(slices.map((slice, s) => [`${s}.arrow`, slice])));
    const recipe = small({ preprocess: { targetSum: "median", log1p: true, scale: true, center: false } });
    const all = await sectionStatistics(counted.store, collection, recipe, [0, 1, 2, 3]);
    expect(counted.use).toMatchObject({ reads: 4, mostOpen: 1, open: 0 });
    const some = await sectionStatistics(counted.store, collection, recipe, [1]);
    expect(some.geneMeans).not.toEqual(all.geneMeans);
    const plain = await sectionStatistics(counted.store, collection, small(), [0, 1]);
    expect(counted.use.reads).toBe(5); // the median is known
    expect(plain).toMatchObject({ geneMeans: null, inverseDeviations: null });
  });
});

describe("a label over many sections", () => {
  const label = { name: "domain", leaveOut: [] };
  const supervised = { method: "supervised", config: methodCatalog.supervised.defaults, label } as const;

  test("has the same classes in all, though one section lacks some and another all", async () => {
    const known = sectionClasses(collection, label, [0, 1, 2]);
    expect(known.classes).toEqual(names);
    expect(known.labelled[1]).toBeLessThan(36);
    expect(known.labelled[3]).toBe(0);
    const trainer = await start({ ...supervised, epochs: 30 }, { validation: [3] });
    const trained = await trainToEnd(trainer, { lost: new Promise(() => {}) }, quiet);
    expect(trained.losses.at(-1)).toBeLessThan(0.5 * trained.losses[0]);
    expect(await trainer.validate()).toBeNull(); // nothing is known of section 3
    trainer.dispose();
  });

  test("must be one that sections have", () => {
    expect(() => sectionClasses(collection, { name: "layer", leaveOut: [] }, [0])).toThrow(
      'No section has a label "layer"',
    );
    expect(() => sectionClasses(collection, { name: "domain", leaveOut: ["D0", "D1"] }, [0])).toThrow(
      "one class alone",
    );
  });
});

test("a section that was moved to another thread leaves the statistics for the next one", async () => {
  const recipe = small({ preprocess: { targetSum: "median", log1p: true, scale: true, center: true } });
  const statistics = await sectionStatistics(store, collection, recipe, [0, 1]);
  const plan = { recipe, statistics, classes: null };
  const move = (s: number) => {
    const prepared = prepareSection(slices[s], plan, quiet);
    return structuredClone(prepared, { transfer: buffersOf(prepared) }).normalization;
  };
  const [first, second] = [move(0), move(1)];
  expect(second.inverseDeviations).toEqual(first.inverseDeviations);
  expect(statistics.geneMeans?.length).toBe(slices[0].nVars);
});
