import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "../backend/backend";
import { LabError } from "../errors";
import { reorder } from "../graph/reorder";
import type { SpatialGraph } from "../graph/spatial-graph";
import { attends, type EncoderSpec } from "../nn/encoder-spec";
import { cloneParams, disposeAll, keepResult, type NamedArray, type Params } from "../nn/tensors";
import { networkInput } from "../preprocess/components";
import type { PreprocessStatistics } from "../preprocess/statistics";
import { deriveRng } from "../random";
import type { Slice } from "../slice/slice";
import { type CollapseReport, watchCollapse } from "../ssl/collapse";
import { batchLabels, type GraphBatch, uploadBatch, uploadSubGraph } from "../ssl/graph-batch";
import type { AnySslMethod, Setting } from "../ssl/method";
import { sslMethods } from "../ssl/methods";
import { type Task, throwIfCancelled } from "../task";
import { type AdamWState, initAdamW } from "./adamw";
import { type AttentionRecord, attentionOfRow } from "./attention";
import { type BatchSource, batchesOf, batchesPerEpoch, batchRecipe } from "./batch-source";
import { type Checkpoint, readState, writeState } from "./checkpoint";
import { probabilitiesFromEgoNets, seesLessThanItsLayers } from "./class-probabilities";
import { convolutionMatrix } from "./convolution-matrix";
import { type RunRecipe, validateRecipe } from "./recipe";
import { rowOrderOf } from "./row-order";
import { type CellChoice, learnsLabel, runCells } from "./run-cells";
import { afterStep, atStart } from "./run-progress";
import { learnedWeights, trainStep } from "./train-step";
import { createValidation } from "./validation";
import { readEncoder, readWeights, writeWeights } from "./weights";

export type { AttentionRecord } from "./attention";
export type { Checkpoint } from "./checkpoint";

export interface TrainerInput extends CellChoice {
  readonly slice: Slice;
  readonly graph: SpatialGraph;
  readonly recipe: RunRecipe;
  readonly backend: Backend;
  /** Sub-graphs that another thread cuts; without it they are cut here. Not used with the full graph. */
  readonly batches?: BatchSource;
  /** Of the cells that a network was trained on, to bring others into the same scale; the slice's own without it. */
  readonly statistics?: PreprocessStatistics;
}

export interface StepReport {
  /** Epochs done, this one included once its last batch is. */
  readonly epoch: number;
  /** Batches done of the epoch under way, 0 at its end; and how many it has. */
  readonly batch: number;
  readonly nBatches: number;
  readonly loss: number;
  /** Mean of the epoch's losses over its targets, once its last batch is done. */
  readonly epochLoss: number | null;
  readonly milliseconds: number;
}

/** A network in training. Owns its tensors until `dispose`; one call at a time. */
export interface Trainer {
  readonly recipe: RunRecipe;
  readonly epoch: number;
  readonly steps: number;
  readonly nParameters: number;
  readonly embeddingSize: number;
  /** Of the label that is learned, in the order of `predict`; null for a method that learns none. */
  readonly classes: readonly string[] | null;
  /** What preprocessing took from all cells, for other slices that this network is to be asked about. */
  readonly statistics: PreprocessStatistics;
  /** Whether there are cells to validate on. */
  readonly validates: boolean;
  /** What preprocessing did differently from the recipe, and why. */
  readonly notes: readonly string[];
  /** Batches in an epoch; 1 with the full graph. */
  readonly nBatches: number;
  /** One batch, forward and backward, and one change of the weights. */
  step(): Promise<StepReport>;
  /** The loss on validation cells, nothing of which is learned; null without any. Repeatable. */
  validate(): Promise<number | null>;
  /** Keeps the weights as they are now. The caller restores or forgets them; epochs and optimiser stay where they are. */
  snapshot(): { restore(): void; forget(): void };
  /** The encoder's output with nothing hidden, running statistics; shape (nObs, embeddingSize). */
  embed(): Promise<Float32Array>;
  /** Each cell's own share of the loss, shape (nObs,), as the method's `cellLoss` says it in words; repeatable. */
  cellLosses(): Promise<Float32Array>;
  /** The probability of each class for every cell, shape (nObs, classes); null for a method that learns no label. */
  predict(): Promise<Float32Array | null>;
  /** Whether the embedding still tells cells apart. */
  collapse(): Promise<CollapseReport>;
  /** How a cell weighs its neighbours, itself included; null for a backbone without attention. */
  attention(cell: number): Promise<AttentionRecord | null>;
  /**
   * The expression of a hidden cell as rebuilt from its neighbourhood, shape (nVars,), in the preprocessed scale; null for
   * a method that rebuilds none.
   */
  rebuilt(cell: number): Promise<Float32Array | null>;
  /** All learned and running arrays, in the names and layout of PyTorch Geometric. */
  weights(): Promise<NamedArray[]>;
  /** Takes such arrays in place of its own, here or from PyTorch Geometric; epochs and optimiser start anew. */
  load(arrays: readonly NamedArray[]): void;
  /** Takes the encoder of another run in place of its own, and nothing else of it; epochs and optimiser start anew. */
  transfer(arrays: readonly NamedArray[]): void;
  /** Everything a run needs to go on. */
  checkpoint(): Promise<Checkpoint>;
  /** Goes back to a checkpoint of the same recipe; the run continues bit for bit as it did from there. */
  restore(checkpoint: Checkpoint): Promise<void>;
  /** Most bytes of tensors at once since the run was prepared. */
  peakBytes(): number;
  dispose(): void;
}

// streams of chance of a run, beside one for each step (train-step.ts)
const INIT_STREAM = 0;
const DISPLAY_STREAM = 1;

/**
 * Preprocesses, uploads and initialises a run; nothing is learned yet.
 *
 * @throws LabError("shape") if graph and slice differ in cells; LabError("range") for a setting out of bounds
 */
export async function createTrainer(input: TrainerInput, task: Task): Promise<Trainer> {
  const { slice, graph, backend } = input;
  const recipe = validateRecipe(input.recipe);
  if (graph.nNodes !== slice.nObs) {
    throw new LabError(
      "shape",
      `The graph has ${graph.nNodes} cells, the slice ${slice.nObs}.`,
      "Build the graph again.",
    );
  }
  const { labels, learned, targets, validation } = runCells(slice, recipe, input);
  backend.restartPeak();
  task.progress(0, 3, "preparing expression");
  const { raw, normalization, toGenes } = networkInput(slice, recipe.preprocess, input.statistics, task);
  throwIfCancelled(task, "Preparing the run");
  const matrix = convolutionMatrix(graph, recipe.backbone);
  task.progress(1, 3, "copying expression and graph to the device");
  // a label says by itself which cells have a loss; methods without one take it of the leading rows
  const leading = recipe.view.kind === "full" && !learnsLabel(recipe) ? targets : null;
  const order = rowOrderOf(slice, leading);
  const batch = uploadBatch(raw, normalization, reorder(matrix, order.cells), {
    order: order.cells,
    rowBlocks: (recipe.view.kind === "full" && recipe.memory?.rowBlocks) || 1,
    labels: labels && learned && { ...batchLabels(learned, labels.classes.length), codes: labels.codes },
  });
  // what is told of cells knows every label, what is learned from only those of cells that train
  const trained: GraphBatch = {
    ...batch,
    nTargets: leading?.length ?? batch.nTargets,
    labels: batch.labels && learned && { ...batch.labels, codes: learned },
  };
  throwIfCancelledAfter(task, batch.dispose);
  task.progress(2, 3, "drawing the first weights");

  const method: AnySslMethod = sslMethods[recipe.method];
  const encoder: EncoderSpec = { ...recipe.encoder, backbone: recipe.backbone, nVars: raw.nVars };
  const sampled = batchRecipe(recipe, targets);
  const nBatches = Math.max(1, batchesPerEpoch(recipe.view, targets?.length ?? slice.nObs));
  const source = sampled && (input.batches ?? batchesOf(matrix, sampled));
  const setting: Setting<object> = { encoder, config: recipe.config };
  let params: Params = keepResult(() => method.init(setting, batch, deriveRng(recipe.seed, INIT_STREAM)));
  const freshOptimizer = (of: Params) => keepResult(() => initAdamW(learnedWeights(method, setting, of)));
  let optimizer = freshOptimizer(params);
  const run = { method, setting, recipe, backend };
  const validate = validation.length > 0 ? createValidation({ matrix, cells: validation, batch }, run) : null;
  let progress = atStart;
  await backend.check();
  task.progress(3, 3, "ready");

  /** Reads one tensor that the callback leaves over, and frees it. */
  const compute = async (f: () => tf.Tensor): Promise<Float32Array> => {
    const tensor = tf.tidy(f);
    try {
      return await backend.read(tensor);
    } finally {
      tensor.dispose();
    }
  };
  const replace = (next: Params, state: AdamWState): void => {
    disposeAll([params, optimizer]);
    [params, optimizer] = [next, state];
  };
  const requireCell = (cell: number): void => {
    if (!(Number.isInteger(cell) && cell >= 0 && cell < slice.nObs))
      throw new LabError("range", `Cell ${cell} is outside [0, ${slice.nObs}).`);
  };

  return {
    recipe,
    get epoch() {
      return progress.epoch;
    },
    get steps() {
      return progress.steps;
    },
    nBatches,
    nParameters: Object.values(params.weights).reduce((n, w) => n + w.size, 0),
    embeddingSize: encoder.hidden,
    classes: method.classProbabilities && labels ? labels.classes : null,
    statistics: normalization.statistics,
    validates: validate !== null,
    notes: normalization.notes,

    async step() {
      const started = performance.now();
      if (targets?.length === 0)
        throw new LabError("range", `No cell has a ${labels?.name} to learn from.`, "Such a network can only predict.");
      const cut = source && uploadSubGraph(trained, await source.at(progress.epoch, progress.batch));
      const state = { recipe, step: progress.steps, nBatches, params, optimizer };
      let done: ReturnType<typeof trainStep>;
      try {
        done = keepResult(() => trainStep(method, setting, cut ?? trained, state));
      } finally {
        cut?.dispose();
      }
      replace(done.params, done.optimizer);
      const [loss] = await backend.read(done.loss).finally(() => done.loss.dispose());
      if (!Number.isFinite(loss)) throw diverged(loss, progress.epoch + 1, recipe);
      const after = afterStep(progress, { loss, nTargets: (cut ?? trained).nTargets, nBatches });
      progress = after.progress;
      const milliseconds = performance.now() - started;
      const { epoch, batch: nDone } = progress;
      return { epoch, batch: nDone, nBatches, loss, epochLoss: after.epochLoss, milliseconds };
    },

    validate: async () => (validate ? validate(params) : null),

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

    embed: async () => order.byCell(await compute(() => method.embed(params, batch, setting).embedding)),

    async cellLosses() {
      const rng = deriveRng(recipe.seed, DISPLAY_STREAM);
      return order.byCell(await compute(() => method.cellLosses(params, batch, setting, rng)));
    },

    async predict() {
      if (!method.classProbabilities) return null;
      if (seesLessThanItsLayers(recipe)) return probabilitiesFromEgoNets(params, { matrix, batch }, run);
      return order.byCell(await compute(() => method.classProbabilities?.(params, batch, setting) as tf.Tensor));
    },

    async collapse() {
      const embedding = await compute(() => method.embed(params, batch, setting).embedding);
      if (!method.prototypesOf) return watchCollapse(embedding, encoder.hidden, recipe.method);
      const assigned = await compute(() => method.prototypesOf?.(params, batch, setting) as tf.Tensor);
      return watchCollapse(embedding, encoder.hidden, recipe.method, {
        assigned,
        count: Number(recipe.config.prototypes),
      });
    },

    async attention(cell) {
      requireCell(cell);
      if (!attends(recipe.backbone)) return null;
      const encoded = () => method.embed(params, batch, setting).attention;
      return order.attentionByCell(await attentionOfRow(backend, batch.graphs[0].matrix, encoded, order.rowOf(cell)));
    },

    async rebuilt(cell) {
      requireCell(cell);
      if (!method.rebuild) return null;
      const read = await compute(() => method.rebuild?.(params, batch, setting, order.rowOf(cell)) as tf.Tensor);
      return toGenes ? toGenes(read) : read;
    },

    weights: () => writeWeights(backend, params),

    load(arrays) {
      const loaded = keepResult(() => readWeights(arrays, params));
      replace(loaded, freshOptimizer(loaded));
      progress = atStart;
    },

    transfer(arrays) {
      const loaded = keepResult(() => readEncoder(arrays, params));
      replace(loaded, freshOptimizer(loaded));
      progress = atStart;
    },

    checkpoint: () => writeState(backend, { recipe, params, optimizer }, progress),

    async restore(checkpoint) {
      const state = keepResult(() => readState(checkpoint, { recipe, params, optimizer }));
      replace(state.params, state.optimizer);
      const { epoch, steps, batch, lossSum, nTargets } = checkpoint;
      progress = { epoch, steps, batch, lossSum, nTargets };
    },

    peakBytes: () => backend.memory().peakBytes,

    dispose() {
      replace({ weights: {}, buffers: {} }, { step: 0, m: {}, v: {} });
      batch.dispose();
    },
  };
}

function throwIfCancelledAfter(task: Task, cleanUp: () => void): void {
  if (task.cancelled) cleanUp();
  throwIfCancelled(task, "Preparing the run");
}

export function diverged(loss: number, epoch: number, recipe: RunRecipe): LabError {
  const { learningRate } = recipe.optimizer;
  return new LabError(
    "range",
    `Training stopped: the loss was ${loss} in epoch ${epoch}. The steps were too large for this slice.`,
    `Lower the learning rate (now ${learningRate}, try ${learningRate / 10})` +
      `${recipe.preprocess.log1p ? "" : ", turn log1p on"}${recipe.encoder.batchNorm ? "" : ", turn batch norm on"}` +
      ", and train again from the start or from a checkpoint.",
  );
}
