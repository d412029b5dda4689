import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../backend/backend";
import { LabError } from "../../errors";
import { simulateSlice } from "../../simulate/simulate-slice";
import { quiet } from "../../task";
import { openCpu } from "../../testing/open-cpu";
import { smallTissue } from "../../testing/small-tissue";
import { batchesPerEpoch } from "../../train/batch-source";
import { type ClusteringPlan, defaultPlan, jobsOf, type StudyJob } from "./plan";
import { prepareSlice } from "./prepare-slice";
import { type BaselineResult, metricNames, type RunResult } from "./result";
import { failureOf, recipeOfRun, resultFileOf, runJob } from "./run-one";

const { slice } = smallTissue();
const of = { name: "small", label: "domain", sections: null, unlabelled: [] };
const plan = defaultPlan([of], {
  methods: ["mae", "vicreg"],
  backbones: ["gcn"],
  baselines: ["pca", "mean-once"],
  seeds: [0],
  budget: { kind: "steps", steps: 4 },
  networks: 1,
});
const prepared = prepareSlice(slice, of);
const jobNamed = (word: string, from: ClusteringPlan = plan): StudyJob => {
  const found = jobsOf(from).find(({ key }) => key.includes(word));
  if (!found) throw new Error(word);
  return found;
};

const two = simulateSlice({ tissue: "cortex", nCells: 400, nGenes: 20, nSections: 2, seed: 1 });

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
}, 60_000);
afterAll(() => backend.dispose());
const run = (job: StudyJob, with_: Partial<Parameters<typeof runJob>[0]> = {}, task = quiet) =>
  runJob({ plan, job, prepared, backend: async () => backend, ...with_ }, task);

describe("a run", () => {
  test("trains so many steps, clusters to the number of classes, and scores by every metric", async () => {
    const tensors = backend.memory().tensors;
    const { result, codes, embedding, size } = await run(jobNamed("mae"));
    expect(result).toMatchObject({ kind: "run", key: "small--mae--gcn--seed0", method: "mae", backbone: "gcn" });
    expect(result).toMatchObject({ steps: 4, epochs: 4, k: 3, classes: 3, nObs: 144, nScored: 144, backend: "cpu" });
    for (const name of metricNames) expect(result[name], name).toEqual(expect.any(Number));
    expect(result.ari).toBeGreaterThan(0.5); // three stripes with genes of their own
    expect((result as RunResult).collapse.words).toBeNull();
    expect(result.beside.map(({ method }) => method)).toEqual(["leiden", "leiden-to-k", "k-means", "gmm"]);
    expect(embedding.length).toBe(144 * size);
    expect(new Set(codes)).toEqual(new Set([0, 1, 2]));
    expect(backend.memory().tensors).toBe(tensors);
  });

  test("is the same again, and its file goes through JSON", async () => {
    const [a, b] = [await run(jobNamed("vicreg")), await run(jobNamed("vicreg"))];
    const still = (outcome: typeof a) => ({ ...resultFileOf(outcome).result, seconds: 0 });
    expect(still(a)).toEqual(still(b));
    expect([...a.codes]).toEqual([...b.codes]);
    expect(JSON.parse(JSON.stringify(resultFileOf(a)))).toEqual(resultFileOf(a));
  });

  test("has as many epochs as hold its steps", () => {
    const few: ClusteringPlan = { ...plan, preset: "study", budget: { kind: "steps", steps: 2 } };
    const job = jobNamed("mae") as Extract<StudyJob, { kind: "run" }>;
    expect(recipeOfRun(few, job, 1000).epochs).toBe(1); // four batches of 256 an epoch
    expect(recipeOfRun({ ...few, budget: { kind: "steps", steps: 9 } }, job, 1000).epochs).toBe(3);
    expect(recipeOfRun({ ...few, budget: { kind: "epochs", epochs: 7 } }, job, 1000).epochs).toBe(7);
  });

  test("of preset lab takes about as many steps whether its method needs batches or not", () => {
    const own: ClusteringPlan = { ...plan, budget: { kind: "preset" }, preset: "lab" };
    const job = jobNamed("mae") as Extract<StudyJob, { kind: "run" }>;
    const stepsOn = (nObs: number) =>
      (["mae", "simclr", "moco", "byol"] as const).map((method) => {
        const { view, epochs } = recipeOfRun(own, { ...job, method }, nObs);
        return epochs * batchesPerEpoch(view, nObs);
      });
    expect(stepsOn(5000)).toEqual([150, 150, 150, 150]);
    expect(stepsOn(700)).toEqual([150, 150, 150, 150]);
    expect(stepsOn(3673)).toEqual([150, 152, 152, 152]);
    expect(stepsOn(20_000)).toEqual([150, 600, 600, 600]);
  });

  test("of several networks clusters all their embeddings, the first being that of the run with one", async () => {
    const tensors = backend.memory().tensors;
    const three = { ...plan, networks: 3 };
    const shares: number[] = [];
    const task = { progress: (done: number, of: number) => void shares.push(done / of), cancelled: false };
    const { result, embedding, size } = await run(jobNamed("mae"), { plan: three }, task);
    const alone = await run(jobNamed("mae"));
    expect(result).toMatchObject({ networks: 3, steps: 4, epochs: 4, k: 3 });
    expect(size).toBe(3 * alone.size);
    const own = (network: number) => embedding.filter((_, e) => Math.floor((e % size) / alone.size) === network);
    const ratio = own(0)[5] / alone.embedding[5];
    own(0).forEach((v, e) => {
      expect(v).toBeCloseTo(ratio * alone.embedding[e], 4);
    });
    expect(own(1)).not.toEqual(own(2));
    expect((await run(jobNamed("mae"), { plan: three, prepared: prepareSlice(slice, of) })).embedding).toEqual(
      embedding,
    );
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    expect(backend.memory().tensors).toBe(tensors);
  });

  test("that is stopped gives no result", async () => {
    const task = { progress() {}, cancelled: true };
    await expect(run(jobNamed("mae"), {}, task)).rejects.toMatchObject({ code: "cancelled" });
  });

  test("is not begun where the check refuses it", async () => {
    const check = async () => {
      throw new LabError("memory", "Too large.");
    };
    await expect(run(jobNamed("mae"), { check })).rejects.toMatchObject({ code: "memory" });
    expect(failureOf("key", new LabError("memory", "Too large.", "Less."))).toEqual({
      kind: "failed",
      key: "key",
      error: { code: "memory", message: "Too large.", hint: "Less.", detail: "" },
    });
  });
});

describe("a baseline", () => {
  test("is scored as a run is, without a backend", async () => {
    const { result } = await run(jobNamed("mean-once"), {
      backend: () => Promise.reject(new Error("no backend is needed")),
    });
    expect(result).toMatchObject({ kind: "baseline", name: "mean-once", k: 3, seed: 0 });
    expect((result as BaselineResult).recipe).toEqual({ kind: "neighbour-mean", means: "once" });
    expect(result.ari).toBeGreaterThan(0.5);
  });

  test("is the same whether or not others were embedded before it", async () => {
    const alone = prepareSlice(slice, of);
    const { embedding } = await run(jobNamed("mean-once"), { prepared: alone });
    const shared = prepareSlice(slice, of);
    await run(jobNamed("pca"), { prepared: shared });
    expect((await run(jobNamed("mean-once"), { prepared: shared })).embedding).toEqual(embedding);
  });

  test("takes the same way of clustering, refinement included", async () => {
    const refined = { ...plan.clustering, refine: 8 };
    const cortex = prepareSlice(two, of);
    const { result } = await run(jobNamed("pca"), { prepared: cortex, plan: { ...plan, clustering: refined } });
    const alone = { ...plan, clustering: { ...plan.clustering, refine: 0 } };
    const plain = await run(jobNamed("pca"), { prepared: cortex, plan: alone });
    expect(result.clustering.refine).toBe(8);
    expect(result.pas).toBeLessThan((plain.result.pas ?? 0) / 2);
  });
});

describe("what a study takes of a slice", () => {
  const [first, second] = two.section.names;

  test("is the sections asked for alone", () => {
    const one = prepareSlice(two, { ...of, sections: [second] });
    expect(one.slice.nObs).toBe(two.section.codes.filter((code) => code === 1).length);
    expect(one.clustered).toHaveLength(one.slice.nObs);
  });

  test("leaves sections without a label out of the clustering, and unlabelled cells out of the scores", async () => {
    const codes = Int32Array.from(two.obs[0].kind === "categorical" ? two.obs[0].codes : [], (code, i) =>
      two.section.codes[i] === 1 ? -1 : code,
    );
    const obs = [{ ...two.obs[0], codes }, ...two.obs.slice(1)] as typeof two.obs;
    const half = prepareSlice({ ...two, obs }, of);
    expect(half.clustered.every((cell) => two.section.codes[cell] === 0)).toBe(true);
    const { result, codes: found } = await run(jobNamed("pca"), { prepared: half });
    expect(result.nScored).toBe(half.clustered.length);
    expect(found.every((code, i) => code >= 0 === (two.section.codes[i] === 0))).toBe(true);
  });

  test("must have the label, with cells in it", () => {
    expect(() => prepareSlice(two, { ...of, label: "region" })).toThrow('no label "region"');
    const names = two.obs[0].kind === "categorical" ? two.obs[0].categories : [];
    expect(() => prepareSlice(two, { ...of, sections: [first], unlabelled: names })).toThrow("No cell");
  });
});
