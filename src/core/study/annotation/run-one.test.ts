import { beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../backend/backend";
import type { NamedArray } from "../../nn/tensors";
import type { Slice } from "../../slice/slice";
import { quiet } from "../../task";
import { openCpu } from "../../testing/open-cpu";
import { smallTissue } from "../../testing/small-tissue";
import { ROLE } from "../../train/cell-roles";
import type { TrainerInput } from "../../train/trainer";
import { expandGrid } from "./pipeline";
import { type AnnotationJob, type AnnotationPlan, annotationJobs, defaultAnnotationPlan } from "./plan";
import { prepareAnnotation, testSectionByRule } from "./prepare-annotation";
import { type AnnotationJobOutcome, runAnnotationJob } from "./run-one";

/** Three sections of eight rows each; a few cells without a label. */
const { slice: tissue } = smallTissue({ side: 24, nVars: 12 });
const slice: Slice = {
  ...tissue,
  section: { codes: Int8Array.from({ length: tissue.nObs }, (_, i) => Math.floor(i / 192)), names: ["a", "b", "c"] },
  obs: tissue.obs.map((c) =>
    c.kind === "categorical" ? { ...c, codes: c.codes.map((v, i) => (i % 41 ? v : -1)) } : c,
  ),
};
const plan = defaultAnnotationPlan(
  { slice: "tissue", label: "domain", testSections: ["c"] },
  {
    configurations: expandGrid("lab", {
      ...{ num_hidden_layers: 1, bottleneck: 16, pretrain_epochs: 3, pretrain_patience: 3 },
      ...{ train_epochs: 25, train_lr: 0.01, train_patience: 25 },
    }),
    fractions: [1, 60],
    seeds: [0],
  },
);
const prepared = prepareAnnotation(slice, plan);

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});

const weights = new Map<string, readonly NamedArray[]>();
/** Does a job and what it needs; `seen` gets what the trainer was given. */
async function done(
  job: AnnotationJob,
  of: AnnotationPlan = plan,
  seen: TrainerInput[] = [],
): Promise<AnnotationJobOutcome> {
  const outcome = await runAnnotationJob(
    {
      ...{ plan: of, prepared, backend: async () => backend },
      async pretrained(key) {
        const needed = annotationJobs(of).find((one) => one.key === key) as AnnotationJob;
        const found = weights.get(key) ?? ((await done(needed, of)) as { weights: readonly NamedArray[] }).weights;
        weights.set(key, found);
        return { weights: found, seconds: 1 };
      },
      async check(input) {
        seen.push(input);
      },
    },
    job,
    quiet,
  );
  return outcome;
}
const job = (key: RegExp, of = plan) => annotationJobs(of).find((one) => key.test(one.key)) as AnnotationJob;
const scored = (outcome: AnnotationJobOutcome) => {
  if (!("predictions" in outcome)) throw new Error("not scored");
  return outcome;
};

describe("a job of an annotation study", () => {
  test("a baseline is scored on the labelled cells of the test section alone", async () => {
    const { result, predictions } = scored(await done(job(/^logistic-neighbours--labels1-/)));
    const labelled = prepared.testCells.filter((i) => prepared.codes[i] >= 0);
    expect(result.nScored).toBe(labelled.length);
    expect(predictions.cells).toEqual([...prepared.testCells]);
    expect(result.f1Macro).toBeGreaterThan(0.9);
    expect(result.nLabels).toBe(384 - Array.from({ length: 384 }, (_, i) => i).filter((i) => i % 41 === 0).length);
  });

  test.each(["full", "sub"])(
    "a network on %s learns from the drawn labels alone and annotates the test section",
    async (view) => {
      const seen: TrainerInput[] = [];
      const outcome = scored(await done(job(new RegExp(`--${view}--ssl-off--labels60-`)), plan, seen));
      const { result, predictions } = outcome;
      if (result.kind !== "run") throw new Error("not a run");
      const [{ labels, roles }] = seen;
      const known = [...(labels?.codes ?? [])].flatMap((code, i) => (code >= 0 ? [i] : []));
      expect(known).toHaveLength(60);
      expect(known.some((i) => slice.section.codes[i] === 2)).toBe(false);
      expect(known.filter((i) => roles?.[i] === ROLE.validation)).toHaveLength(result.nValidation);
      expect(result.nTrain + result.nValidation).toBe(60);
      expect(result.perClass.reduce((sum, c) => sum + c.nTrain, 0)).toBe(result.nTrain);
      expect(result.nValidation).toBeGreaterThan(0);
      expect(result.validationLosses.length).toBe(result.epochs);
      expect(result.f1Macro).toBeGreaterThan(0.6);
      expect(predictions.codes.every((code) => code >= 0 && code < 3)).toBe(true);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    },
  );

  test("starts from the pretrained encoder, is repeatable, and differs from one that does not", async () => {
    const on = scored(await done(job(/--full--ssl-on--labels60-/))).result;
    const off = scored(await done(job(/--full--ssl-off--labels60-/))).result;
    const again = scored(await done(job(/--full--ssl-on--labels60-/))).result;
    if (on.kind !== "run" || off.kind !== "run") throw new Error("not runs");
    expect({ ...again, seconds: 0 }).toEqual({ ...on, seconds: 0 });
    expect(on.losses[0]).not.toBe(off.losses[0]);
    expect([on.pretrainSeconds, off.pretrainSeconds]).toEqual([1, null]);
    expect([on.nLabels, on.nTrain, on.nValidation]).toEqual([off.nLabels, off.nTrain, off.nValidation]);
  });

  test("pretraining learns from test cells only where the preset says so", async () => {
    for (const preset of ["lab", "spatialssl"] as const) {
      const settings = { pretrain_epochs: 1, num_hidden_layers: 1, bottleneck: 8, radius: 15 };
      const other = { ...plan, configurations: expandGrid(preset, settings) };
      const seen: TrainerInput[] = [];
      await done(job(/--full--pretrain/, other), other, seen);
      const trains = (seen[0].roles as Uint8Array).some(
        (role, i) => role === ROLE.train && slice.section.codes[i] === 2,
      );
      expect(trains).toBe(preset === "lab");
      expect(seen[0].labels).toBeUndefined();
      if (preset === "spatialssl")
        expect(seen[0].recipe).toMatchObject({
          backbone: "gat",
          config: { maskRatio: 0.2 },
          optimizer: { learningRate: 0.002 },
        });
    }
  });

  test("a linear reader joins the network, and learns from cells without labels only beside SSL", async () => {
    for (const [ssl, selfTrained] of [
      ["on", true],
      ["off", false],
    ] as const) {
      const { result, predictions } = scored(await done(job(new RegExp(`--full--ssl-${ssl}--labels60-`))));
      if (result.kind !== "run") throw new Error("not a run");
      expect(result.reader).toMatchObject({ share: 0.7, selfTrained });
      expect(result.reader?.networkAlone.f1Macro).toBeGreaterThan(0.6);
      expect(predictions.codes).toHaveLength(prepared.testCells.length);
    }
    const settings = { train_epochs: 1, num_hidden_layers: 1, bottleneck: 8, radius: 15 };
    const paper = { ...plan, configurations: expandGrid("spatialssl", settings) };
    expect(scored(await done(job(/--full--ssl-off--labels60-/, paper), paper)).result).not.toHaveProperty("reader");
  });

  test("without patience every label is learned from", async () => {
    const settings = { train_epochs: 1, train_patience: 0, num_hidden_layers: 1, bottleneck: 8 };
    const other = { ...plan, configurations: expandGrid("lab", settings) };
    const { result } = scored(await done(job(/--full--ssl-off--labels60-/, other), other));
    expect(result).toMatchObject({ nTrain: 60, nValidation: 0, epochs: 1, bestEpoch: 1 });
  });
});

test("the test section by the paper's rule is named, and what is missing is said", () => {
  expect(["a", "b", "c"]).toContain(testSectionByRule(slice, "domain", []));
  const not = (changes: object) => () => prepareAnnotation(slice, { ...plan, ...changes });
  expect(not({ label: "layer" })).toThrowError(/no label "layer"/);
  expect(not({ testSections: ["z"] })).toThrowError(/no section "z"/);
  expect(not({ unlabelled: ["domain0", "domain1", "domain2"] })).toThrowError(/No cell .* has a domain/);
});
