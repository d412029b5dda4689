import { beforeEach, expect, test } from "vitest";
import type { SliceInfo, StudyApi } from "../../workers/protocol";
import { LabError } from "../core/errors";
import { defaultAnnotationPlan } from "../core/study/annotation/plan";
import { annotationResult } from "../core/study/annotation/testing/results";
import { useLab } from "./lab";
import { isAnnotation } from "./study-state";
import { type Answers, fakeThreads } from "./testing/fake-threads";

type Request = StudyApi["annotate"]["request"];
const asked: Request[] = [];
let work: (request: Request) => void = () => {};
const weights = [{ name: "w", shape: [2], data: new Float32Array([1, 2]) }];
const study: Answers = {
  openBackend: () => ({ name: "wasm" }),
  annotate(request) {
    const { job } = request as Request;
    asked.push(request as Request);
    work(request as Request);
    const result = annotationResult(job);
    const of = result.kind === "pretrain" ? { weights } : { predictions: { cells: [1], codes: [0], probability: [1] } };
    return { result, ...of, varNames: ["g"] };
  },
};
fakeThreads({ study, data: { exportArrow: () => ({ bytes: new Uint8Array(8) }) } });

const lab = useLab.getState;
const slice = { id: 1, name: "a", summary: { nObs: 2, nVars: 1 }, obs: [] } as unknown as SliceInfo;
const plan = defaultAnnotationPlan(
  { slice: "a", label: "class", testSections: ["s"] },
  { views: ["full"], seeds: [0], baselines: ["logistic"] },
);
const [logistic, off, pretraining, on] = [
  ...["logistic--labels1--seed0", "lab--full--ssl-off--labels1--seed0"],
  ...["lab--full--pretrain--seed0", "lab--full--ssl-on--labels1--seed0"],
];
const keys = () => asked.map(({ job }) => job.key);

beforeEach(() => {
  lab().stopStudy();
  lab().newStudy();
  work = () => {};
  asked.length = 0;
  useLab.setState({ slice, replaced: null, studies: [] });
});

test("a run with SSL is given the weights of its pretraining, which are kept as a file", async () => {
  await lab().startStudy(plan);
  expect(keys()).toEqual([logistic, off, pretraining, on]);
  expect(asked.map(({ pretrained }) => pretrained?.weights[0].data[1])).toEqual([undefined, undefined, undefined, 2]);
  const { study: done } = lab();
  if (!done || !isAnnotation(done)) throw new Error("not an annotation study");
  expect(done.finished.get(pretraining)?.weights?.length).toBeGreaterThan(8);
  expect(done.finished.get(on)?.predictions?.cells).toEqual([1]);
});

test("runs wait for a pretraining that failed, and are done once it is repeated", async () => {
  work = ({ job }) => {
    if (job.kind === "pretrain") throw new LabError("memory", "It would not fit.");
  };
  await lab().startStudy(plan);
  expect(keys()).toEqual([logistic, off, pretraining]);
  expect([...(lab().study?.failed.keys() ?? [])]).toEqual([pretraining]);
  expect(lab().queue.kind).toBe("idle");
  work = () => {};
  await lab().repeatRun(pretraining);
  expect(keys().slice(3)).toEqual([pretraining, on]);
  expect(lab().study?.finished.size).toBe(4);
});

test("a plan that names no section is refused, and nothing is begun", async () => {
  await lab().startStudy({ ...plan, testSections: [] });
  expect(lab().studyError?.message).toMatch(/testSections/);
  expect(lab().study).toBeNull();
});
