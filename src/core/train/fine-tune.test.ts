// A network that was trained without labels goes on with them, watched on cells that it does not learn from.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import type { LabError } from "../errors";
import { cellLabels } from "../slice/cell-labels";
import { methodIds } from "../ssl/catalog";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { ROLE } from "./cell-roles";
import { isPatienceOver, unwatched, watched } from "./early-stopping";
import { defaultRecipe, type RunRecipe, validateRecipe } from "./recipe";
import { rowOrderOf } from "./row-order";
import { trainToEnd } from "./train-to-end";
import { createTrainer, type Trainer, type TrainerInput } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const { slice, graph, domains } = smallTissue({ side: 10, nVars: 12 });
const encoder = { layers: 2, hidden: 8, heads: 2, batchNorm: true, dropout: 0, attentionDropout: 0, skip: true };
const pretraining = defaultRecipe({ backbone: "gat", encoder, seed: 2 });
const config = { classWeights: "none", geneDropout: 0, headLayer: true, encoderRate: 1, frozen: false };
const label = { name: "domain", leaveOut: [] };
const fineTuning: RunRecipe = {
  ...pretraining,
  method: "supervised",
  config,
  label,
  optimizer: { learningRate: 1e-2, weightDecay: 0 },
};
/** The last two columns of the lattice are to test on, the two before to validate on. */
const roles = Uint8Array.from(domains, (_, i) =>
  i % 10 >= 8 ? ROLE.test : i % 10 >= 6 ? ROLE.validation : ROLE.train,
);
const lost = new Promise<LabError>(() => {});

const open: Trainer[] = [];
async function start(recipe: RunRecipe, more: Partial<TrainerInput> = {}): Promise<Trainer> {
  const trainer = await createTrainer({ slice, graph, recipe, backend, ...more }, quiet);
  open.push(trainer);
  return trainer;
}
const closeAll = () => {
  for (const trainer of open.splice(0)) trainer.dispose();
};
const stepped = async (trainer: Trainer, n: number): Promise<number[]> => {
  const losses: number[] = [];
  for (let i = 0; i < n; i++) losses.push((await trainer.step()).loss);
  return losses;
};

describe("an encoder that was trained before", () => {
  test("is taken with its statistics and nothing else, and embeds the same", async () => {
    const first = await start(pretraining);
    await stepped(first, 4);
    const second = await start(fineTuning);
    const before = new Map((await second.weights()).map(({ name, data }) => [name, data]));
    const given = await first.weights();
    second.transfer(given);
    const after = new Map((await second.weights()).map(({ name, data }) => [name, data]));
    for (const { name, data } of given) if (name.startsWith("encoder.")) expect(after.get(name), name).toEqual(data);
    for (const name of ["head.convs.0.lin.weight", "classifier.weight"])
      expect(after.get(name)).toEqual(before.get(name));
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect(await second.embed()).toEqual(await first.embed());
    expect((await stepped(second, 20)).at(-1)).toBeLessThan(0.7);
    closeAll();
    expect(backend.memory().tensors).toBe(0);
  });

  test("of another shape is refused, naming what differs", async () => {
    const wide = await start({ ...pretraining, encoder: { ...encoder, hidden: 16 } });
    const deep = await start({ ...pretraining, encoder: { ...encoder, layers: 3 } });
    const trainer = await start(fineTuning);
    const [ofWide, ofDeep] = [await wide.weights(), await deep.weights()];
    expect(() => trainer.transfer(ofWide)).toThrow("encoder.convs.0.lin.weight");
    expect(() => trainer.transfer(ofDeep)).toThrow("encoder.");
    expect(() => trainer.transfer([])).toThrow("The weights have no encoder.");
    closeAll();
  });

  test.each([{ kind: "full" }, { kind: "ego", hops: 3, batchSize: 30 }] as const)(
    "stays as it is where it is frozen, while what stands on it learns, with the view %o",
    async (view) => {
      const trainer = await start({ ...fineTuning, view, config: { ...config, frozen: true } });
      const arrays = async () => (await trainer.weights()).filter(({ name }) => name.startsWith("encoder."));
      const before = await arrays();
      const losses = await stepped(trainer, 30);
      expect(await arrays()).toEqual(before);
      expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]);
      const checkpoint = await trainer.checkpoint();
      expect(checkpoint.arrays.filter(({ name }) => name.startsWith("adamw.m.encoder"))).toEqual([]);
      closeAll();
      expect(backend.memory().tensors).toBe(0);
    },
  );
});

test("an encoder with a share of the learning rate moves by that share, and what stands on it by the whole", async () => {
  const moved = async (encoderRate: number) => {
    const trainer = await start({ ...fineTuning, config: { ...config, encoderRate } });
    const before = await trainer.weights();
    await trainer.step();
    const after = new Map((await trainer.weights()).map(({ name, data }) => [name, data]));
    const size = (prefix: string) =>
      before
        .filter(({ name }) => name.startsWith(prefix) && !name.includes("running"))
        .reduce(
          (sum, { name, data }) => sum + data.reduce((s, v, k) => s + (v - (after.get(name)?.[k] ?? 0)) ** 2, 0),
          0,
        );
    const sizes = [Math.sqrt(size("encoder.")), Math.sqrt(size("classifier."))];
    closeAll();
    return sizes;
  };
  const [whole, tenth] = [await moved(1), await moved(0.1)];
  // steps of float32 weights: their last digits are a thousandth of the shorter step
  expect(tenth[0] / whole[0]).toBeCloseTo(0.1, 3);
  expect(tenth[1]).toBeCloseTo(whole[1], 6);
});

describe("cells that are not trained on", () => {
  test("do not change what is learned by their labels", async () => {
    const labels = cellLabels(slice, { name: "domain", leaveOut: [] });
    const wrong = {
      ...labels,
      codes: labels.codes.map((code, i) => (roles[i] === ROLE.train ? code : (code + 1) % 3)),
    };
    const [a, b] = [await start(fineTuning, { roles, labels }), await start(fineTuning, { roles, labels: wrong })];
    expect(await stepped(a, 5)).toEqual(await stepped(b, 5));
    expect(await a.validate()).not.toBe(await b.validate());
    closeAll();
  });

  test.each([{ kind: "full" }, { kind: "ego", hops: 3, batchSize: 7 }] as const)(
    "are told the loss of, which is that of each of them, with the view %o",
    async (view) => {
      const trainer = await start({ ...fineTuning, view }, { roles });
      await stepped(trainer, 3);
      const losses = await trainer.cellLosses();
      const own = [...losses].filter((_, i) => roles[i] === ROLE.validation);
      expect(await trainer.validate()).toBeCloseTo(own.reduce((a, b) => a + b) / own.length, 4);
      closeAll();
    },
  );

  test.each(methodIds)("are watched by %s without a trace in what it learns", async (method) => {
    for (const view of [{ kind: "full" }, { kind: "ego", hops: 2, batchSize: 40 }] as const) {
      const recipe = { ...defaultRecipe({ method, encoder, view, seed: 5 }), label };
      const [watchedRun, alone] = [await start(recipe, { roles }), await start(recipe, { roles })];
      await stepped(watchedRun, 1);
      await stepped(alone, 1);
      const seen = [await watchedRun.validate(), await watchedRun.validate()];
      expect(seen[0]).toSatisfy(Number.isFinite);
      expect(seen[1]).toBe(seen[0]);
      expect(await stepped(watchedRun, 2)).toEqual(await stepped(alone, 2));
      closeAll();
    }
    expect(backend.memory().tensors).toBe(0);
  });

  test("come after those that train in the rows of a full graph, so that no method draws a target among them", () => {
    const training = Uint32Array.from(domains.keys()).filter((i) => roles[i] === ROLE.train);
    const order = rowOrderOf(slice, training);
    expect([...order.cells.subarray(0, training.length)].sort((a, b) => a - b)).toEqual([...training]);
    expect([...order.cells].sort((a, b) => a - b)).toEqual([...domains.keys()]);
    expect(order.cells[order.rowOf(17)]).toBe(17);
  });

  test("may be none of, and must leave some to train on", async () => {
    const trainer = await start(fineTuning);
    expect([trainer.validates, await trainer.validate()]).toEqual([false, null]);
    closeAll();
    const none = { roles: new Uint8Array(slice.nObs).fill(ROLE.test) };
    await expect(start(fineTuning, none)).rejects.toMatchObject({ code: "range" });
    await expect(start(pretraining, none)).rejects.toMatchObject({ code: "range" });
    await expect(start(pretraining, { roles: new Uint8Array(3) })).rejects.toMatchObject({ code: "shape" });
  });
});

describe("a run with patience", () => {
  test.each([pretraining, fineTuning])("ends with the weights of its best epoch", async (recipe) => {
    // large steps, so that it soon gets worse
    const hasty = { ...recipe, optimizer: { learningRate: 0.1, weightDecay: 0 }, epochs: 60, patience: 4 };
    expect(validateRecipe(hasty)).toEqual(hasty);
    const trainer = await start(hasty, { roles });
    const { losses, validationLosses, bestEpoch, finished } = await trainToEnd(trainer, { lost }, quiet);
    expect(losses.length).toBeLessThan(60);
    expect(validationLosses.length).toBe(losses.length);
    expect(losses.length - (bestEpoch ?? 0)).toBe(4);
    expect(finished).toBe(true);
    expect(await trainer.validate()).toBe(Math.min(...validationLosses));
    closeAll();
    expect(backend.memory().tensors).toBe(0);
  });

  test("counts epochs without a new low", () => {
    let watch = unwatched;
    const over: boolean[] = [];
    for (const loss of [3, 2, 2, 4, 1, 1, 5]) {
      watch = watched(watch, loss);
      over.push(isPatienceOver(watch, 2));
    }
    expect(over).toEqual([false, false, false, true, false, false, true]);
    expect(watch.bestEpoch).toBe(5);
    expect(isPatienceOver(unwatched, 1)).toBe(false);
  });
});

test("a network on ego-nets smaller than its layers reach predicts from the same ego-nets", async () => {
  // the counts of a cell two steps to the right of cell 44
  const { X } = slice;
  const data = X.data.map((count, e) => (e >= X.indptr[46] && e < X.indptr[47] ? count + 5 : count));
  const other = { ...slice, X: { ...X, data } };
  const near = async (hops: number, of: typeof slice) => {
    const view = { kind: "ego", hops, batchSize: 20 } as const;
    const preprocess = { ...pretraining.preprocess, targetSum: 100 };
    const recipe = { ...fineTuning, config: { ...config, headLayer: false }, preprocess, view };
    const trainer = await start(recipe, { slice: of });
    const probabilities = (await trainer.predict()) as Float32Array;
    closeAll();
    return [...probabilities.subarray(3 * 44, 3 * 45)];
  };
  expect(await near(1, other)).toEqual(await near(1, slice));
  expect(await near(2, other)).not.toEqual(await near(2, slice));
  expect((await near(1, slice)).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
});
