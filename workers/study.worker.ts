import type { Backend } from "../src/core/backend/backend";
import { openBackend } from "../src/core/backend/open";
import { LabError } from "../src/core/errors";
import type { Slice } from "../src/core/slice/slice";
import type { AnnotationPlan } from "../src/core/study/annotation/plan";
import { type PreparedAnnotation, prepareAnnotation } from "../src/core/study/annotation/prepare-annotation";
import { runAnnotationJob } from "../src/core/study/annotation/run-one";
import type { ClusteringPlan, StudyJob } from "../src/core/study/clustering/plan";
import { type PreparedSlice, prepareSlice } from "../src/core/study/clustering/prepare-slice";
import { recipeOfRun, runJob } from "../src/core/study/clustering/run-one";
import type { Task } from "../src/core/task";
import { batchesPerEpoch } from "../src/core/train/batch-source";
import { judgeMemory } from "../src/core/train/budget-limits";
import { probeEpoch } from "../src/core/train/epoch-probe";
import { overLimit } from "../src/core/train/over-limit";
import { sliceShape } from "../src/core/train/stand-in-slice";
import type { TrainerInput } from "../src/core/train/trainer";
import { holdLife } from "./life";
import { workerPlatform } from "./platform";
import type { DataApi, StudyApi } from "./protocol";
import { type Client, connect, type Handlers, type Port, serve } from "./rpc";
import { breathe } from "./turns";

let data: Client<DataApi> | null = null;
let backend: Backend | null = null;
const slices = new Map<string, Slice>();
const prepared = new Map<string, PreparedSlice>();
/** Of the annotation study in hand. */
let annotated: { readonly about: string; readonly prepared: PreparedAnnotation } | null = null;
/** Settles once training may go on; null while it may. */
let held: { readonly over: Promise<void>; release(): void } | null = null;

const handlers: Handlers<StudyApi> = {
  async openBackend({ prefer, allowSoftware }) {
    backend?.dispose();
    backend = await openBackend({ prefer, allowSoftware, platform: workerPlatform() });
    return { result: backend.report };
  },

  async take({ sliceId, name }) {
    if (!data) throw new LabError("internal", "The study's thread has no link to the data.");
    slices.set(name, await data("slice", { sliceId }));
    return { result: null };
  },

  async run({ plan, job, memoryBytes }, { task }) {
    const outcome = await runJob(
      {
        plan,
        job,
        prepared: preparedFor(plan, job),
        backend: async () => open(),
        breathe: rest,
        check: (input) => requireFit(input, memoryBytes, task),
      },
      task,
    );
    const { result, codes } = outcome;
    return { result: { result, codes }, transfer: [codes.buffer] };
  },

  async annotate({ plan, job, pretrained, memoryBytes }, { task }) {
    const outcome = await runAnnotationJob(
      {
        plan,
        prepared: annotationFor(plan),
        backend: async () => open(),
        async pretrained(key) {
          if (!pretrained) throw new LabError("internal", `The study's thread was not given the weights of ${key}.`);
          return pretrained;
        },
        keepsModels: true,
        breathe: rest,
        check: (input) => requireFit(input, memoryBytes, task),
      },
      job,
      task,
    );
    return { result: { ...outcome, varNames: annotationFor(plan).slice.varNames } };
  },

  async probe({ plan, job }, { task }) {
    if (job.kind !== "run") throw new LabError("internal", "Only runs are trained.");
    const { slice, graph } = preparedFor(plan, job);
    const recipe = recipeOfRun(plan, job, slice.nObs);
    const input = { slice, graph: graph(recipe.graph, task), recipe, backend: open(), patienceMs: 700 };
    const epoch = (await probeEpoch(input, task)).milliseconds;
    const nBatches = batchesPerEpoch(recipe.view, slice.nObs);
    const epochs = plan.budget.kind === "steps" ? plan.budget.steps / nBatches : recipe.epochs;
    return { result: { milliseconds: plan.networks * epoch * epochs } };
  },

  hold({ held: wanted }) {
    held?.release();
    held = null;
    if (wanted) {
      let release = (): void => {};
      const over = new Promise<void>((resolve) => {
        release = resolve;
      });
      held = { over, release };
    }
    return { result: null };
  },

  link({ port }) {
    data = connect<DataApi>(port as unknown as Port);
    return { result: null };
  },
};

function open(): Backend {
  if (!backend) throw new LabError("internal", "The study's thread has no backend.");
  return backend;
}

/** Lets the thread hear what it is told, and waits where it is held. */
async function rest(): Promise<void> {
  await breathe();
  await held?.over;
}

async function requireFit(
  { slice, graph, recipe }: Pick<TrainerInput, "slice" | "graph" | "recipe">,
  memoryBytes: number | null,
  task: Task,
): Promise<void> {
  const input = { shape: sliceShape(slice), graph, recipe, backend: open().report };
  const { over, mend } = await judgeMemory(input, { memoryBytes, device: open().limits }, task);
  if (over) throw overLimit(over, mend);
}

/** The slice as all jobs of an annotation study share it. */
function annotationFor(plan: AnnotationPlan): PreparedAnnotation {
  const { label, unlabelled, levels, testSections, split } = plan;
  const about = JSON.stringify([plan.slice, label, unlabelled, levels, testSections, split]);
  if (annotated?.about === about) return annotated.prepared;
  const slice = slices.get(plan.slice);
  if (!slice) throw new LabError("missing", `The study's thread has no slice ${plan.slice}.`);
  annotated = { about, prepared: prepareAnnotation(slice, plan) };
  return annotated.prepared;
}

/** A slice as all runs of a plan share it, made once for each way that a plan speaks of it. */
function preparedFor(plan: ClusteringPlan, job: StudyJob): PreparedSlice {
  const wanted = plan.slices.find(({ name }) => name === job.slice);
  const slice = slices.get(job.slice);
  if (!wanted || !slice) throw new LabError("missing", `The study's thread has no slice ${job.slice}.`);
  const key = JSON.stringify(wanted);
  const found = prepared.get(key) ?? prepareSlice(slice, wanted);
  prepared.set(key, found);
  return found;
}

serve<StudyApi>(self as unknown as Port, handlers);
holdLife();
