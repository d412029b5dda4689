import type { Backend } from "../../backend/backend";
import { toLabError } from "../../errors";
import type { GraphRecipe } from "../../graph/spatial-graph";
import type { Task } from "../../task";
import { batchesPerEpoch } from "../../train/batch-source";
import { epochsOnSlice, type PresetId, presetRecipe } from "../../train/presets";
import type { RunRecipe } from "../../train/recipe";
import type { TrainerInput } from "../../train/trainer";
import { baselines, embedBaseline } from "../baselines/baseline";
import { expressionPca } from "../baselines/expression-pca";
import type { Budget, ClusteringPlan, StudyJob } from "./plan";
import type { PreparedSlice } from "./prepare-slice";
import type { BaselineResult, FailedRun, ResultFile, RunResult, StudyResult } from "./result";
import { scoreEmbedding } from "./score-embedding";
import { trainNetworks } from "./train-networks";

/** Baselines average over a cell and its 6 nearest, whatever graph the plan trains on. */
export const baselineGraph: GraphRecipe = { kind: "knn", k: 6, symmetrize: "none" };

export interface JobInput {
  readonly plan: ClusteringPlan;
  readonly job: StudyJob;
  readonly prepared: PreparedSlice;
  /** Asked for only by runs that train, so that baselines need none. */
  readonly backend: () => Promise<Backend>;
  /** Awaited between steps, so that the thread may hear that it should stop. */
  readonly breathe?: () => Promise<void>;
  /** Called before anything is put on the device; may throw where the run would not fit. */
  readonly check?: (input: TrainerInput) => Promise<void>;
}

export interface JobOutcome {
  readonly result: StudyResult;
  readonly codes: Int32Array; // (nObs,), -1 = not clustered
  readonly embedding: Float32Array; // (nObs, size)
  readonly size: number;
}

/**
 * One run of a study from its recipe to its scores. The same plan, slice and backend give the same result, times aside.
 *
 * @throws LabError("cancelled") where the person stopped it: what is not whole is no result
 */
export function runJob(input: JobInput, task: Task): Promise<JobOutcome> {
  return input.job.kind === "run" ? runMethod(input, input.job, task) : runBaseline(input, input.job, task);
}

/**
 * The recipe of a run of the plan. A budget in steps becomes the epochs that hold as many; the last may be left unfinished.
 * @param nObs  cells of the slice, which decide how many batches are an epoch
 */
export function recipeOfRun(
  { preset, budget, graph }: Pick<ClusteringPlan, "preset" | "budget" | "graph">,
  { method, backbone, seed }: Extract<StudyJob, { kind: "run" }>,
  nObs: number,
): RunRecipe {
  const base = presetRecipe(preset, method);
  return { ...base, backbone, seed, graph: graph ?? base.graph, epochs: epochsOf(preset, budget, base, nObs) };
}

function epochsOf(preset: PresetId, budget: Budget, base: RunRecipe, nObs: number): number {
  switch (budget.kind) {
    case "preset":
      return epochsOnSlice(preset, base, nObs);
    case "epochs":
      return budget.epochs;
    case "steps":
      return Math.ceil(budget.steps / batchesPerEpoch(base.view, nObs));
    default:
      return budget satisfies never;
  }
}

/** What is kept of a finished run. */
export function resultFileOf({ result, codes }: Pick<JobOutcome, "result" | "codes">): ResultFile {
  return { version: 1, result, codes: [...codes] };
}

/** What is kept of a run that failed. */
export function failureOf(key: string, thrown: unknown): FailedRun {
  const { code, message, hint, detail } = toLabError(thrown);
  return { kind: "failed", key, error: { code, message, hint, detail } };
}

async function runMethod(
  { plan, prepared, backend: open, breathe, check }: JobInput,
  job: Extract<StudyJob, { kind: "run" }>,
  task: Task,
): Promise<JobOutcome> {
  const { slice } = prepared;
  const recipe = recipeOfRun(plan, job, slice.nObs);
  const backend = await open();
  const graph = prepared.graph(recipe.graph, task);
  await check?.({ slice, graph, recipe, backend });
  const began = performance.now();
  // a study that was kept from before there could be several says nothing of them
  const { budget, networks = 1 } = plan;
  const options = {
    ...(budget.kind === "steps" ? { steps: budget.steps } : {}),
    lost: backend.lost,
    ...(breathe ? { breathe } : {}),
  };
  const trained = await trainNetworks({ prepared, graph, recipe, backend, networks, options }, task);
  const { embedding, size, steps, losses, collapse } = trained;
  const seconds = (performance.now() - began) / 1000;
  const way = { way: plan.clustering, seed: job.seed };
  const { scores, codes, clusterSeconds } = await scoreEmbedding(prepared, { embedding, size, networks }, way, task);
  const result: RunResult = {
    kind: "run",
    key: job.key,
    slice: job.slice,
    method: job.method,
    backbone: job.backbone,
    seed: job.seed,
    ...scores,
    seconds: seconds + clusterSeconds,
    networks,
    steps,
    epochs: losses.length,
    firstLoss: losses[0],
    finalLoss: losses[losses.length - 1],
    collapse,
    recipe,
    backend: backend.name,
  };
  return { result, codes, embedding, size };
}

async function runBaseline(
  { plan, prepared }: JobInput,
  job: Extract<StudyJob, { kind: "baseline" }>,
  task: Task,
): Promise<JobOutcome> {
  const recipe = baselines[job.name];
  const { embedding, size, seconds } = baselineEmbedding(prepared, job.name, task);
  // as many mixtures as a method's consensus has
  const scored = { embedding, size, repeats: plan.networks ?? 1 };
  const way = { way: plan.clustering, seed: job.seed };
  const { scores, codes, clusterSeconds } = await scoreEmbedding(prepared, scored, way, task);
  const result: BaselineResult = {
    kind: "baseline",
    key: job.key,
    slice: job.slice,
    name: job.name,
    seed: job.seed,
    ...scores,
    seconds: seconds + clusterSeconds,
    recipe,
  };
  return { result, codes, embedding, size };
}

interface TimedEmbedding {
  readonly name: string;
  readonly embedding: Float32Array;
  readonly size: number;
  readonly seconds: number;
}

/** Of a slice: the last baseline, which is the same for every seed, and the components that all but BANKSY begin with. */
interface KeptBaselines {
  last: TimedEmbedding | null;
  readonly components: Map<string, { readonly scores: ReturnType<typeof expressionPca>; readonly seconds: number }>;
}

const kept = new WeakMap<PreparedSlice, KeptBaselines>();

function baselineEmbedding(prepared: PreparedSlice, name: string, task: Task): TimedEmbedding {
  const known = kept.get(prepared) ?? { last: null, components: new Map() };
  kept.set(prepared, known);
  if (known.last?.name === name) return known.last;
  const graph = prepared.graph(baselineGraph, task);
  let earlier = 0;
  const pca: typeof expressionPca = (slice, options, its) => {
    const { nComponents, input, seed } = options ?? {};
    const key = JSON.stringify([nComponents, input, seed]);
    const found = known.components.get(key);
    if (found) {
      earlier = found.seconds;
      return found.scores;
    }
    const began = performance.now();
    const scores = expressionPca(slice, options, its);
    known.components.set(key, { scores, seconds: (performance.now() - began) / 1000 });
    return scores;
  };
  const began = performance.now();
  const made = embedBaseline(prepared.slice, graph, baselines[name], task, pca);
  // a baseline costs what it would cost alone
  known.last = { name, ...made, seconds: (performance.now() - began) / 1000 + earlier };
  return known.last;
}
