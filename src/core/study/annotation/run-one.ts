import type { Backend } from "../../backend/backend";
import { LabError } from "../../errors";
import type { NamedArray } from "../../nn/tensors";
import type { CellLabels } from "../../slice/cell-labels";
import { type Task, throwIfCancelled } from "../../task";
import { ROLE } from "../../train/cell-roles";
import { type Trained, trainToEnd } from "../../train/train-to-end";
import { modelFileOf } from "../../train/trained-model";
import { createTrainer, type Trainer, type TrainerInput } from "../../train/trainer";
import { type ExpressionRows, expressionRows } from "../baselines/expression-rows";
import { annotateByLogistic } from "../baselines/logistic-annotation";
import { type Annotation, predictedCodes, scoreAnnotation } from "./annotation";
import { drawLabels } from "./label-fraction";
import { type AnnotationJob, type AnnotationPlan, configurationNamed } from "./plan";
import type { PreparedAnnotation } from "./prepare-annotation";
import { joinedVerdict, learnReader } from "./reader-verdict";
import type { AnnotationBaselineResult, AnnotationRun, Predictions, PretrainResult } from "./result";
import { stageRecipes } from "./stage-recipes";

export interface AnnotationInput {
  readonly plan: AnnotationPlan;
  readonly prepared: PreparedAnnotation;
  /** Asked for only by jobs that train, so that baselines need none. */
  readonly backend: () => Promise<Backend>;
  /** What a pretraining of the plan came to; asked for by runs that start from one. */
  readonly pretrained: (key: string) => Promise<Pretrained>;
  /** Whether a run hands its network on as a model file, to be asked about cells later. */
  readonly keepsModels?: boolean;
  /** Awaited between steps, so that the thread may hear that it should stop. */
  readonly breathe?: () => Promise<void>;
  /** Called before anything is put on the device; may throw where the run would not fit. */
  readonly check?: (input: TrainerInput) => Promise<void>;
}

export interface Pretrained {
  readonly weights: readonly NamedArray[];
  readonly seconds: number;
}

export type AnnotationJobOutcome =
  | {
      readonly result: AnnotationRun | AnnotationBaselineResult;
      readonly predictions: Predictions;
      /** Of a run, where it was asked for. */
      readonly model?: Uint8Array<ArrayBuffer>;
    }
  | { readonly result: PretrainResult; readonly weights: readonly NamedArray[] };

/**
 * One job of a study, from its recipe to its scores or weights. The same plan, slice and backend give the same result,
 * times aside.
 *
 * @throws LabError("cancelled") where the person stopped it: what is not whole is no result
 */
export async function runAnnotationJob(
  input: AnnotationInput,
  job: AnnotationJob,
  task: Task,
): Promise<AnnotationJobOutcome> {
  switch (job.kind) {
    case "baseline":
      return runBaseline(input, job, task);
    case "pretrain":
      return runPretraining(input, job, task);
    case "run":
      return runNetwork(input, job, task);
    default:
      return job satisfies never;
  }
}

/**
 * Expression of every cell that trains is learned from, labelled or not; that of the test sections too where the preset
 * says so.
 */
async function runPretraining(
  input: AnnotationInput,
  job: Extract<AnnotationJob, { kind: "pretrain" }>,
  task: Task,
): Promise<AnnotationJobOutcome> {
  const { plan, prepared } = input;
  const { key, configuration, view, seed } = job;
  const { pretrain: recipe, pretrainsOnTest } = stageRecipes(configurationNamed(plan, configuration), view, seed);
  const roles = prepared.roles.map((role) => {
    if (role === ROLE.validation && !recipe.patience) return ROLE.train;
    return role === ROLE.test && pretrainsOnTest ? ROLE.train : role;
  });
  const began = performance.now();
  return train(input, { recipe, choice: { roles }, key }, task, async (trainer, trained, backend) => ({
    weights: await trainer.weights(),
    result: {
      ...{ kind: "pretrain", key, configuration, view, seed, ...curves(trained) },
      ...{ seconds: (performance.now() - began) / 1000, recipe, backend },
    },
  }));
}

async function runNetwork(
  input: AnnotationInput,
  job: Extract<AnnotationJob, { kind: "run" }>,
  task: Task,
): Promise<AnnotationJobOutcome> {
  const { plan, prepared } = input;
  const { key, configuration, view, ssl, fraction, seed } = job;
  const {
    train: stage,
    reader: settings,
    pretrainsOnTest,
  } = stageRecipes(configurationNamed(plan, configuration), view, seed);
  // nothing is to be forgotten from scratch: the encoder learns at the whole rate
  const config =
    job.from === null && stage.config.encoderRate !== undefined ? { ...stage.config, encoderRate: 1 } : stage.config;
  const recipe = { ...stage, config, label: { name: plan.label, leaveOut: plan.unlabelled } };
  const drawn = drawnLabels(prepared, job);
  const { roles, nValidation } = rolesOfLabels(prepared, drawn, recipe.patience !== undefined);
  const { labels, classes } = knownLabels(prepared, plan.label, drawn);
  const from = job.from === null ? null : await input.pretrained(job.from);
  const began = performance.now();
  return train(input, { recipe, choice: { labels, roles }, key, from }, task, async (trainer, trained, backend) => {
    const probability = await trainer.predict();
    if (!probability) throw new LabError("internal", "The network predicts no classes.");
    const train = drawn.filter((cell) => roles[cell] === ROLE.train);
    const { slice } = prepared;
    const network = ofCells({ classes, probability }, prepared.testCells);
    // to learn from cells without a label is self-supervision too: without SSL the reader has labels alone
    const unlabelled = job.from === null ? null : unlabelledCells(prepared, drawn, pretrainsOnTest);
    const features = settings && featuresOf(prepared, "logistic", task);
    // labels that a network stops by are the reader's too: they are known
    const known = features && { features, codes: prepared.codes, drawn, unlabelled };
    const reader = settings && known ? learnReader(known, classes, settings, task) : null;
    const annotation = reader && features ? joinedVerdict(network, reader, features) : network;
    const scoresOf = (of: Annotation) => scoreAnnotation(of, { ...prepared, train });
    const { f1Micro, f1Macro } = scoresOf(network);
    const seconds = (performance.now() - began) / 1000;
    return {
      predictions: predictionsOf(annotation),
      ...(input.keepsModels && { model: await modelFileOf(trainer, slice, reader) }),
      result: {
        ...{ kind: "run", key, configuration, view, ssl, fraction, seed },
        ...scoresOf(annotation),
        ...(settings && {
          reader: { ...settings, selfTrained: unlabelled !== null, networkAlone: { f1Micro, f1Macro } },
        }),
        ...{ nLabels: drawn.length, nTrain: train.length, nValidation },
        ...{ seconds, pretrainSeconds: from?.seconds ?? null, ...curves(trained), recipe, backend },
      },
    };
  });
}

/** Trains and hands the network on; frees it whatever happens. */
async function train<T>(
  { prepared, backend: open, breathe, check }: AnnotationInput,
  run: {
    readonly recipe: TrainerInput["recipe"];
    readonly choice: Pick<TrainerInput, "labels" | "roles">;
    readonly key: string;
    readonly from?: Pretrained | null;
  },
  task: Task,
  then: (trainer: Trainer, trained: Trained, backend: string) => Promise<T>,
): Promise<T> {
  const backend = await open();
  const { slice } = prepared;
  const graph = prepared.graph(run.recipe.graph, task);
  const input: TrainerInput = { slice, graph, recipe: run.recipe, backend, ...run.choice };
  await check?.(input);
  const trainer = await createTrainer(input, task);
  try {
    if (run.from) trainer.transfer(run.from.weights);
    const trained = await trainToEnd(trainer, { lost: backend.lost, ...(breathe && { breathe }) }, task);
    throwIfCancelled(task, `The run ${run.key}`);
    return await then(trainer, trained, backend.name);
  } finally {
    trainer.dispose();
  }
}

function curves({ losses, validationLosses, bestEpoch }: Trained) {
  return { epochs: losses.length, bestEpoch: bestEpoch ?? losses.length, losses, validationLosses };
}

function drawnLabels(
  { codes, roles, slice }: PreparedAnnotation,
  { fraction, seed }: Pick<Extract<AnnotationJob, { kind: "run" }>, "fraction" | "seed">,
): Uint32Array {
  const trainable = roles.map((role) => Number(role !== ROLE.test));
  return drawLabels(codes, { trainable, sectionCodes: slice.section.codes, fraction, seed });
}

/**
 * The labels that may be known are divided into those that are learned from and those that say when to stop, by the
 * study's split. A class without a cell to learn from gets its validation cells.
 */
function rolesOfLabels(
  { codes, roles }: PreparedAnnotation,
  drawn: Uint32Array,
  validates: boolean,
): { roles: Uint8Array; nValidation: number } {
  const own = roles.slice();
  const learned = new Set(Array.from(drawn).flatMap((i) => (roles[i] === ROLE.train ? [codes[i]] : [])));
  let nValidation = 0;
  for (const i of drawn) {
    if (own[i] !== ROLE.validation) continue;
    if (!validates || !learned.has(codes[i])) own[i] = ROLE.train;
    else nValidation++;
  }
  return { roles: own, nValidation };
}

/** The drawn labels as the trainer takes them, and the code of each of its classes. All other labels are hidden from it. */
export function knownLabels(
  { codes, categories }: Pick<PreparedAnnotation, "codes" | "categories">,
  name: string,
  drawn: Uint32Array,
): { labels: CellLabels; classes: number[] } {
  const classes = [...new Set(Array.from(drawn, (i) => codes[i]))].sort((a, b) => a - b);
  const known = new Int32Array(codes.length).fill(-1);
  for (const i of drawn) known[i] = classes.indexOf(codes[i]);
  return { labels: { name, classes: classes.map((code) => categories[code]), codes: known }, classes };
}

/** Cells whose label nobody knows, as far as pretraining sees them. */
function unlabelledCells({ roles }: PreparedAnnotation, drawn: Uint32Array, onTest: boolean): Uint32Array {
  const known = new Set(drawn);
  return Uint32Array.from(roles.keys()).filter((i) => !known.has(i) && (onTest || roles[i] !== ROLE.test));
}

export function ofCells(
  { classes, probability }: { readonly classes: readonly number[]; readonly probability: Float32Array },
  cells: Uint32Array,
): Annotation {
  const k = classes.length;
  const rows = new Float32Array(cells.length * k);
  cells.forEach((cell, r) => {
    rows.set(probability.subarray(cell * k, (cell + 1) * k), r * k);
  });
  return { classes, cells, probability: rows };
}

function predictionsOf(annotation: Annotation): Predictions {
  const { classes, cells, probability } = annotation;
  const codes = predictedCodes(annotation);
  const k = classes.length;
  const sure = Array.from(codes, (code, r) => Number(probability[r * k + classes.indexOf(code)].toFixed(4)));
  return { cells: [...cells], codes: [...codes], probability: sure };
}

const lastFeatures = new WeakMap<PreparedAnnotation, { readonly name: string; readonly features: ExpressionRows }>();
/** With all labels a baseline is the same for every seed. */
const lastAnnotation = new WeakMap<ExpressionRows, { readonly drawn: Uint32Array; readonly annotation: Annotation }>();

async function runBaseline(
  { prepared }: AnnotationInput,
  { key, name, fraction, seed }: Extract<AnnotationJob, { kind: "baseline" }>,
  task: Task,
): Promise<AnnotationJobOutcome> {
  const began = performance.now();
  const features = featuresOf(prepared, name, task);
  const train = drawnLabels(prepared, { fraction, seed });
  const last = lastAnnotation.get(features);
  const same = last?.drawn.length === train.length && last.drawn.every((cell, r) => cell === train[r]);
  const cells = prepared.testCells;
  const annotation =
    last && same ? last.annotation : annotateByLogistic(features, prepared.codes, { train, cells }, task);
  lastAnnotation.set(features, { drawn: train, annotation });
  const seconds = (performance.now() - began) / 1000;
  const scores = scoreAnnotation(annotation, { ...prepared, train });
  return {
    predictions: predictionsOf(annotation),
    result: { kind: "baseline", key, name, fraction, seed, ...scores, nLabels: train.length, seconds },
  };
}

/** The six nearest cells, whatever graph the networks hear; those of the last baseline are kept. */
function featuresOf(
  prepared: PreparedAnnotation,
  name: Extract<AnnotationJob, { kind: "baseline" }>["name"],
  task: Task,
): ExpressionRows {
  const last = lastFeatures.get(prepared);
  if (last?.name === name) return last.features;
  const graph = name === "logistic" ? null : prepared.graph({ kind: "knn", k: 6, symmetrize: "none" }, task);
  const features = expressionRows(prepared.slice, graph);
  lastFeatures.set(prepared, { name, features });
  return features;
}
