import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "../backend/backend";
import type { EncoderSpec } from "../nn/encoder-spec";
import { cloneParams, disposeAll, keepResult, type NamedArray, type Params } from "../nn/tensors";
import { deriveRng, hash32 } from "../random";
import { type BatchLabels, type GraphBatch, uploadBatch, uploadSubGraph } from "../ssl/graph-batch";
import type { AnySslMethod, Setting } from "../ssl/method";
import { sslMethods } from "../ssl/methods";
import { type AdamWState, initAdamW } from "./adamw";
import { type BatchSource, batchesOf, batchesPerEpoch, batchRecipe } from "./batch-source";
import { type Checkpoint, readState, writeState } from "./checkpoint";
import type { PreparedSection, SectionPlan, SectionSource } from "./prepared-section";
import { afterStep, atStart } from "./run-progress";
import { sectionOrder } from "./section-order";
import { learnedWeights, trainStep } from "./train-step";
import { diverged, type StepReport, type Trainer } from "./trainer";
import { createValidation } from "./validation";
import { readEncoder, readWeights, writeWeights } from "./weights";

/** A section to train on. */
export interface TrainedSection {
  /** Its number in the collection. */
  readonly section: number;
  /** Cells that the loss is taken of: all, or the labelled ones where a label is learned. */
  readonly nTargets: number;
}

export interface SectionTrainerInput {
  readonly plan: SectionPlan;
  readonly source: SectionSource;
  readonly backend: Backend;
  readonly nVars: number;
  readonly train: readonly TrainedSection[];
  /** Numbers of the sections whose loss is told and never learned from. */
  readonly validation: readonly number[];
  /** Weight of each class in the loss, where a label is learned; the same in every section. */
  readonly classWeights?: Float32Array;
}

export interface SectionStepReport extends StepReport {
  /** Number of the section that the step was of. */
  readonly section: number;
}

type Shared = Pick<
  Trainer,
  "recipe" | "epoch" | "steps" | "nParameters" | "nBatches" | "validates" | "validate" | "snapshot"
> &
  Pick<Trainer, "weights" | "load" | "transfer" | "checkpoint" | "restore" | "peakBytes" | "dispose">;

/** A network in training on many sections. Owns its tensors until `dispose`; one call at a time. */
export interface SectionTrainer extends Shared {
  step(): Promise<SectionStepReport>;
  /** Milliseconds in which nothing was computed because a section was not there yet. */
  readonly waitedMs: number;
}

const INIT_STREAM = 0;
const VALIDATION_SALT = 0x76616c69;

/**
 * One network over many sections: an epoch goes through every section to train on once, in an order drawn from the seed; a
 * section is one step on its full graph, or its batches of sub-graphs. Weights and optimiser go on from section to section.
 *
 * On the device there is one section at a time, beside it the next in plain arrays if the source prepares ahead: memory
 * follows the largest sections, not their number. Everything that is drawn follows from seed, epoch and step, so a run
 * resumes within an epoch, and the same seed gives the same bits whatever thread prepared the sections.
 *
 * @throws LabError("range") from `step` if the loss is no number
 */
export async function createSectionTrainer(input: SectionTrainerInput): Promise<SectionTrainer> {
  const { plan, source, backend, nVars, train, validation } = input;
  const { recipe } = plan;
  const { seed, view } = recipe;
  const method: AnySslMethod = sslMethods[recipe.method];
  const encoder: EncoderSpec = { ...recipe.encoder, backbone: recipe.backbone, nVars };
  const setting: Setting<object> = { encoder, config: recipe.config };
  const targetsOf = new Map(train.map(({ section, nTargets }) => [section, nTargets]));
  const order = sectionOrder(
    [...targetsOf.keys()],
    train.map(({ nTargets }) => batchesPerEpoch(view, nTargets)),
    seed,
  );
  const { nBatches } = order;
  backend.restartPeak();

  let waitedMs = 0;
  let coming: { readonly section: number; readonly prepared: Promise<PreparedSection> } | null = null;
  /** A section, while it is used the next one is on its way. */
  const take = async (section: number, next: number | null): Promise<PreparedSection> => {
    const own = coming?.section === section ? coming.prepared : source.at(section);
    coming = null;
    const began = performance.now();
    const prepared = await own;
    waitedMs += performance.now() - began;
    if (source.ahead && next !== null && next !== section) {
      const asked = source.at(next);
      asked.catch(() => {}); // told to whoever takes it; nobody may
      coming = { section: next, prepared: asked };
    }
    return prepared;
  };
  const upload = ({ raw, normalization, matrix, order: rows, codes }: PreparedSection): GraphBatch =>
    uploadBatch(raw, normalization, matrix, {
      order: rows,
      rowBlocks: (view.kind === "full" && recipe.memory?.rowBlocks) || 1,
      labels: codes && labelsOf(codes, plan, input.classWeights),
    });

  /** The section on the device. */
  let current: { readonly section: number; readonly batch: GraphBatch; readonly cuts: BatchSource | null } | null =
    null;
  const clear = (): void => {
    current?.batch.dispose();
    if (current) backend.trim(); // sections differ in size, and freed buffers are kept by size
    current = null;
  };
  const open = async (section: number, next: number | null): Promise<NonNullable<typeof current>> => {
    if (current?.section === section) return current;
    clear();
    const prepared = await take(section, next);
    const batch = upload(prepared);
    const targets = prepared.codes && labelledCells(prepared.codes);
    const sampled = batchRecipe({ ...recipe, seed: hash32(hash32(seed) ^ section) }, targets);
    current = { section, batch, cuts: sampled && prepared.byCell && batchesOf(prepared.byCell, sampled) };
    return current;
  };
  /** What is needed after the section of that batch. */
  const needed = (epoch: number, batch: number): number | null => {
    const last = order.sections(epoch).at(-1) === order.at(epoch, batch).section;
    if (!last) return order.after(epoch, batch);
    return validation[0] ?? (epoch + 1 < recipe.epochs ? order.after(epoch, batch) : null);
  };

  const first = await open(order.at(0, 0).section, needed(0, 0));
  let params: Params = keepResult(() => method.init(setting, first.batch, deriveRng(seed, INIT_STREAM)));
  const freshOptimizer = (of: Params) => keepResult(() => initAdamW(learnedWeights(method, setting, of)));
  let optimizer = freshOptimizer(params);
  let progress = atStart;
  await backend.check();
  const replace = (next: Params, state: AdamWState): void => {
    disposeAll([params, optimizer]);
    [params, optimizer] = [next, state];
  };

  /** The loss of one section in evaluation mode; what is hidden is the same each time. */
  const lossOf = async (prepared: PreparedSection, section: number): Promise<number> => {
    const batch = upload(prepared);
    try {
      if (prepared.byCell) {
        const cells = prepared.codes ? labelledCells(prepared.codes) : null;
        const all = cells ?? Uint32Array.from({ length: batch.nObs }, (_, i) => i);
        const run = { method, setting, recipe, backend };
        return await createValidation({ matrix: prepared.byCell, cells: all, batch }, run)(params);
      }
      const loss = tf.tidy(() => {
        const rng = deriveRng(hash32(seed ^ VALIDATION_SALT), section);
        const views = method.augment(batch, setting.config, rng);
        return method.loss(method.forward(params, views, setting, { kind: "evaluation" }), setting.config);
      });
      return (await backend.read(loss).finally(() => loss.dispose()))[0];
    } finally {
      batch.dispose();
      backend.trim();
    }
  };

  return {
    recipe,
    get epoch() {
      return progress.epoch;
    },
    get steps() {
      return progress.steps;
    },
    get waitedMs() {
      return waitedMs;
    },
    nBatches,
    nParameters: Object.values(params.weights).reduce((n, w) => n + w.size, 0),
    validates: validation.length > 0,

    async step() {
      const started = performance.now();
      const { epoch: at, batch: number } = progress;
      const place = order.at(at, number);
      const { batch, cuts } = await open(place.section, needed(at, number));
      const cut = cuts && uploadSubGraph(batch, await cuts.at(at, place.batch));
      const state = { recipe, step: progress.steps, nBatches, params, optimizer };
      let done: ReturnType<typeof trainStep>;
      try {
        done = keepResult(() => trainStep(method, setting, cut ?? batch, state));
      } finally {
        cut?.dispose();
      }
      replace(done.params, done.optimizer);
      const [loss] = await backend.read(done.loss).finally(() => done.loss.dispose());
      if (!Number.isFinite(loss)) throw diverged(loss, at + 1, recipe);
      const nTargets = cut?.nTargets ?? (targetsOf.get(place.section) as number);
      const after = afterStep(progress, { loss, nTargets, nBatches });
      progress = after.progress;
      const milliseconds = performance.now() - started;
      const { epoch, batch: nDone } = progress;
      return { section: place.section, epoch, batch: nDone, nBatches, loss, epochLoss: after.epochLoss, milliseconds };
    },

    async validate() {
      if (validation.length === 0) return null;
      clear();
      let [sum, nCells] = [0, 0];
      for (const [at, section] of validation.entries()) {
        const next =
          validation[at + 1] ?? (progress.epoch < recipe.epochs ? order.at(progress.epoch, 0).section : null);
        const prepared = await take(section, next);
        const n = prepared.codes ? labelledCells(prepared.codes).length : prepared.raw.nObs;
        if (n === 0) continue;
        sum += n * (await lossOf(prepared, section));
        nCells += n;
      }
      return nCells === 0 ? null : sum / nCells;
    },

    snapshot() {
      const kept = cloneParams(params);
      return {
        restore() {
          disposeAll(params);
          params = kept;
        },
        forget: () => disposeAll(kept),
      };
    },

    weights: () => writeWeights(backend, params),

    load(arrays: readonly NamedArray[]) {
      const loaded = keepResult(() => readWeights(arrays, params));
      replace(loaded, freshOptimizer(loaded));
      progress = atStart;
    },

    transfer(arrays: readonly NamedArray[]) {
      const loaded = keepResult(() => readEncoder(arrays, params));
      replace(loaded, freshOptimizer(loaded));
      progress = atStart;
    },

    checkpoint: () => writeState(backend, { recipe, params, optimizer }, progress),

    async restore(checkpoint: Checkpoint) {
      const state = keepResult(() => readState(checkpoint, { recipe, params, optimizer }));
      replace(state.params, state.optimizer);
      const { epoch, steps, batch, lossSum, nTargets } = checkpoint;
      progress = { epoch, steps, batch, lossSum, nTargets };
    },

    peakBytes: () => backend.memory().peakBytes,

    dispose() {
      replace({ weights: {}, buffers: {} }, { step: 0, m: {}, v: {} });
      clear();
    },
  };
}

function labelledCells(codes: Int32Array): Uint32Array {
  return Uint32Array.from({ length: codes.length }, (_, i) => i).filter((i) => codes[i] >= 0);
}

function labelsOf(codes: Int32Array, { classes }: SectionPlan, weights: Float32Array | undefined): BatchLabels {
  const nClasses = classes?.length ?? 0;
  return { codes, nClasses, classWeights: weights ?? new Float32Array(nClasses).fill(1) };
}
