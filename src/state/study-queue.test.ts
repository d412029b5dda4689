import { beforeEach, expect, test, vi } from "vitest";
import type { SliceInfo, StudyApi } from "../../workers/protocol";
import { LabError } from "../core/errors";
import { defaultPlan } from "../core/study/clustering/plan";
import { resultOf } from "../core/study/clustering/testing/results";
import { useLab } from "./lab";
import { type Answers, fakeThreads } from "./testing/fake-threads";

/** What the study's thread makes of a job; replaced by tests. */
let work: (key: string, signal: AbortSignal) => Promise<void> = async () => {};
const asked: string[] = [];
const held: boolean[] = [];
const study: Answers = {
  openBackend: () => ({ name: "wasm" }),
  async run(request, signal) {
    const { job } = request as StudyApi["run"]["request"];
    asked.push(job.key);
    await work(job.key, signal);
    return { result: resultOf(job, { ari: 0.5 }), codes: new Int32Array([0, 1]) };
  },
  hold: (request) => void held.push((request as StudyApi["hold"]["request"]).held),
};
const { alive } = fakeThreads({ study, data: { exportArrow: () => ({ bytes: new Uint8Array(8) }) } });

const lab = useLab.getState;
const slice = { id: 1, name: "a", summary: { nObs: 2, nVars: 3 }, obs: [] } as unknown as SliceInfo;
const plan = defaultPlan([{ name: "a", label: "layer", sections: null, unlabelled: [] }], {
  ...{ methods: ["mae", "vicreg"], backbones: ["gcn"], baselines: ["pca"], seeds: [0] },
});
const keys = ["a--pca--seed0", "a--mae--gcn--seed0", "a--vicreg--gcn--seed0"];
const [pca, mae, vicreg] = keys;
const phase = (kind: string, key?: string): Promise<void> =>
  vi.waitFor(() => {
    const { queue } = lab();
    expect(queue.kind).toBe(kind);
    if (key && "job" in queue) expect(queue.job.key).toBe(key);
  });

beforeEach(() => {
  lab().stopStudy();
  lab().newStudy();
  work = async () => {};
  asked.length = 0;
  held.length = 0;
  useLab.setState({ slice, replaced: null, studies: [] });
});

test("jobs are done one after the other, baselines first, in a thread that ends with the study", async () => {
  await lab().startStudy(plan);
  expect(asked).toEqual(keys);
  expect([...(lab().study?.finished.keys() ?? [])]).toEqual(keys);
  expect(lab().queue.kind).toBe("idle");
  expect(lab().runTimes.size).toBe(3);
  // there is no database here, and the study is told that it is not kept
  expect(lab().keepError?.message).toMatch(/could not be kept/);
});

test("a run that fails leaves the others to be done, in a fresh thread, and is repeated by itself", async () => {
  work = async (key) => {
    if (key === mae) throw new LabError("memory", "It would not fit.");
  };
  const before = alive.get("study");
  await lab().startStudy(plan);
  expect(asked).toEqual(keys);
  expect(lab().study?.failed.get(mae)?.message).toBe("It would not fit.");
  expect(alive.get("study")).not.toBe(before);
  work = async () => {};
  await lab().repeatRun(mae);
  expect(asked).toEqual([...keys, mae]);
  expect(lab().study?.failed.size).toBe(0);
  expect(lab().study?.finished.size).toBe(3);
});

test("a thread that dies fails its run alone", async () => {
  work = (key) => (key === mae ? new Promise(() => {}) : Promise.resolve());
  const done = lab().startStudy(plan);
  await phase("running", mae);
  alive.get("study")?.die();
  await done;
  expect([...(lab().study?.finished.keys() ?? [])]).toEqual([pca, vicreg]);
  expect(lab().study?.failed.get(mae)?.message).toMatch(/study thread stopped/);
});

test("a study that is stopped keeps what it has and goes on with the run that was in hand", async () => {
  work = (key) => (key === mae ? new Promise(() => {}) : Promise.resolve());
  const done = lab().startStudy(plan);
  await phase("running", mae);
  lab().stopStudy();
  await done;
  expect(lab().queue.kind).toBe("idle");
  expect([...(lab().study?.finished.keys() ?? [])]).toEqual([pca]);
  expect(lab().study?.failed.size).toBe(0);
  work = async () => {};
  await lab().continueStudy();
  expect(asked).toEqual([pca, mae, mae, vicreg]);
  expect(lab().study?.finished.size).toBe(3);
});

test("a paused run is held in its thread, and the time it rests is none of its own", async () => {
  let go = (): void => {};
  work = (key) =>
    key === mae
      ? new Promise((resolve) => {
          go = resolve;
        })
      : Promise.resolve();
  const done = lab().startStudy(plan);
  await phase("running", mae);
  lab().pauseStudy();
  expect(lab().queue.kind).toBe("paused");
  await new Promise((resolve) => setTimeout(resolve, 300));
  lab().resumeStudy();
  go();
  await done;
  expect(held).toEqual([true, false]);
  expect(lab().runTimes.get(mae)).toBeLessThan(250);
});

test("a plan of a slice that is not open is refused with what to do, and nothing is begun", async () => {
  await lab().startStudy({ ...plan, slices: [{ ...plan.slices[0], name: "b" }] });
  expect(lab().studyError).toMatchObject({ code: "missing", message: "The slice b is not open." });
  expect(lab().study).toBeNull();
});
