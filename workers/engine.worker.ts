import type { Backend } from "../src/core/backend/backend";
import { openBackend } from "../src/core/backend/open";
import { LabError } from "../src/core/errors";
import type { SpatialGraph } from "../src/core/graph/spatial-graph";
import { writePredictionCsv } from "../src/core/io/prediction-csv";
import type { NamedArray } from "../src/core/nn/tensors";
import type { PreprocessStatistics } from "../src/core/preprocess/statistics";
import type { Slice } from "../src/core/slice/slice";
import { fineTune } from "../src/core/study/annotation/fine-tune";
import { withReader } from "../src/core/study/annotation/reader-verdict";
import type { Task } from "../src/core/task";
import { type BatchSource, batchesAhead, batchesPerEpoch, batchRecipe } from "../src/core/train/batch-source";
import { judgeMemory } from "../src/core/train/budget-limits";
import { probeEpoch } from "../src/core/train/epoch-probe";
import { readModel } from "../src/core/train/model-file";
import { modelInput, nothingLabelled } from "../src/core/train/model-input";
import type { ModelReader } from "../src/core/train/model-reader";
import { overLimit } from "../src/core/train/over-limit";
import type { RunRecipe } from "../src/core/train/recipe";
import { learnsLabel, runCells } from "../src/core/train/run-cells";
import { sliceShape } from "../src/core/train/stand-in-slice";
import { modelFileOf } from "../src/core/train/trained-model";
import { createTrainer, type Trainer } from "../src/core/train/trainer";
import { createCheckpointClock } from "./checkpoint-clock";
import { holdLife } from "./life";
import { workerPlatform } from "./platform";
import type { DataApi, EngineApi, GraphApi, TrainEvent } from "./protocol";
import { type Client, connect, type Handlers, type Port, serve } from "./rpc";
import { breathe, createTurns } from "./turns";

let data: Client<DataApi> | null = null;
let graph: Client<GraphApi> | null = null;
let backend: Backend | null = null;
let trainer: Trainer | null = null;
/** The slice as the model in hand reads it, and of what its preprocessing was taken where that was another slice. */
let given: {
  readonly slice: Slice;
  readonly statistics: PreprocessStatistics | undefined;
  /** Whether its genes are the open slice's, in the same order. */
  readonly ownGenes: boolean;
  /** What is joined to the verdict of a network that learned a label. */
  readonly reader: ModelReader | null;
} | null = null;
/** The network that fine-tuning starts from, once a fine-tuned one has taken its place. */
let pretrained: readonly NamedArray[] | null = null;
const turn = createTurns();
const tellEveryMs = 100;
/**
 * Set once the device is gone or has reported an error. Whoever asks first meets it, perhaps only for colours: all that
 * follows must fail with it too, above all the run.
 */
let lost: LabError | null = null;
/** Rejects the work in flight. */
let failWork: (error: LabError) => void = () => {};

const handlers: Handlers<EngineApi> = {
  openBackend: ({ prefer, allowSoftware }) =>
    turn(async () => {
      dropModel();
      backend?.dispose();
      backend = await openBackend({ prefer, allowSoftware, platform: workerPlatform() });
      lost = null;
      void backend.lost.then((error) => {
        lost = error;
        failWork(error);
      });
      return { result: backend.report };
    }),

  prepare: ({ sliceId, graphId, recipe, checkpoint }, { task }) =>
    onDevice(async () => {
      dropModel();
      task.progress(0, 1, "fetching the slice");
      const input = { ...(await inHand(sliceId, graphId)), recipe };
      given = { slice: input.slice, statistics: undefined, ownGenes: true, reader: null };
      const batches = batchesFrom(graphId, recipe, input.slice);
      trainer = await createTrainer({ ...input, ...(batches && { batches }) }, task);
      if (checkpoint) await trainer.restore(checkpoint);
      return { result: { nParameters: trainer.nParameters, embeddingSize: trainer.embeddingSize } };
    }),

  judge: ({ sliceId, graphId, recipe, memoryBytes }, { task }) =>
    onDevice(async () => {
      const { slice, graph, backend } = await inHand(sliceId, graphId);
      const input = { shape: sliceShape(slice), graph, recipe, backend: backend.report };
      return { result: await judgeMemory(input, { memoryBytes, device: backend.limits }, task) };
    }),

  probe: ({ sliceId, graphId, recipe }, { task }) =>
    onDevice(async () => ({ result: await probeEpoch({ ...(await inHand(sliceId, graphId)), recipe }, task) })),

  async train({ untilEpoch }, { signal, emit }) {
    const running = model();
    const clock = createCheckpointClock(() => performance.now());
    let losses: number[] = [];
    let milliseconds: number[] = [];
    let told = Number.NEGATIVE_INFINITY;
    let sinceEpoch = 0;
    const tell = (): void => {
      if (losses.length === 0) return;
      emit({ kind: "epochs", epoch: running.epoch, losses, milliseconds, peakBytes: running.peakBytes() });
      [losses, milliseconds] = [[], []];
    };
    try {
      while (running.epoch < untilEpoch && !signal.aborted) {
        // between two turns a waiting question (colours, attention) is answered
        const step = await onDevice(() => running.step());
        sinceEpoch += step.milliseconds;
        if (step.epochLoss !== null) {
          losses.push(step.epochLoss);
          milliseconds.push(sinceEpoch);
          sinceEpoch = 0;
        }
        // a small network takes milliseconds an epoch: word of each would drown the page
        if (performance.now() - told >= tellEveryMs) {
          tell();
          if (step.nBatches > 1) emit({ kind: "batches", batch: step.batch, nBatches: step.nBatches });
          told = performance.now();
        }
        if (clock.due()) {
          tell();
          clock.taken(await sendCheckpoint(running, emit));
        }
        await breathe();
      }
    } finally {
      tell();
    }
    await sendCheckpoint(running, emit);
    return { result: { epoch: running.epoch, paused: running.epoch < untilEpoch } };
  },

  cellLosses: () =>
    onDevice(async () => {
      const losses = await model().cellLosses();
      return { result: { losses }, transfer: [losses.buffer] };
    }),

  collapse: () => onDevice(async () => ({ result: await model().collapse() })),

  attention: ({ cell }) => onDevice(async () => ({ result: await model().attention(cell) })),

  rebuilt: ({ cell }) =>
    onDevice(async () => {
      // by the genes of another slice it would be shown beside the wrong counts
      const expression = given?.ownGenes ? await model().rebuilt(cell) : null;
      return { result: { expression }, transfer: expression ? [expression.buffer] : [] };
    }),

  weights: () =>
    onDevice(async () => {
      const running = model();
      if (!given) throw new LabError("internal", "The engine does not know the slice of its model.");
      const bytes = await modelFileOf(running, given.slice, given.reader);
      return { result: { bytes }, transfer: [bytes.buffer] };
    }),

  loadModel: ({ sliceId, graphId, bytes, name, memoryBytes }, { task }) =>
    onDevice(async () => {
      const model = readModel(bytes, name);
      const { recipe, classes, arrays } = model;
      task.progress(0, 1, "fetching the slice");
      const { slice: own, graph, backend } = await inHand(sliceId, graphId);
      const { slice, statistics, reader, notes } = modelInput(model, own);
      await requireFit({ slice, graph, recipe }, memoryBytes, task);
      dropModel();
      const labels = classes ? { labels: nothingLabelled(classes, slice.nObs) } : {};
      const input = { slice, graph, recipe, backend, ...labels, ...(statistics && { statistics }) };
      const made = await createTrainer(input, task);
      try {
        made.load(arrays);
        const network = classes && (await made.predict());
        const probabilities = network && withReader(network, reader, slice);
        trainer = made;
        given = { slice, statistics, ownGenes: slice === own, reader };
        const told = [...notes, ...made.notes, ...(reader ? [readerWords(reader)] : [])];
        const joins = reader && { share: reader.share };
        return { result: { nParameters: made.nParameters, classes, probabilities, reader: joins, notes: told } };
      } finally {
        if (trainer !== made) made.dispose();
      }
    }),

  async fineTune({ sliceId, graphId, recipe, fromScratch, choice, reader, memoryBytes }, { task, emit }) {
    const before = model();
    if (!given) throw new LabError("internal", "The engine does not know the slice of its model.");
    const { slice, statistics, ownGenes } = given;
    const { graph, backend } = await inHand(sliceId, graphId);
    if (!learnsLabel(before.recipe)) pretrained = await onDevice(() => before.weights());
    await requireFit({ slice, graph, recipe }, memoryBytes, task);
    const from = fromScratch ? null : pretrained;
    let [told, toldAt] = [0, Number.NEGATIVE_INFINITY];
    const breathes = async ({ losses }: { losses: readonly number[] }): Promise<void> => {
      if (losses.length > told && performance.now() - toldAt >= tellEveryMs) {
        emit({ losses: losses.slice(told) });
        [told, toldAt] = [losses.length, performance.now()];
      }
      await breathe();
    };
    const input = { slice, graph, recipe, backend, choice, from, reader, ...(statistics && { statistics }) };
    const tuned = await fineTune(input, { turn: onDevice, breathe: breathes }, task);
    before.dispose();
    trainer = tuned.trainer;
    given = { slice, statistics, ownGenes, reader: tuned.reader };
    const { probabilities, heldOut, scores, networkAlone, nLabels } = tuned;
    const { nParameters, classes } = tuned.trainer;
    const { losses } = tuned.trained;
    return {
      result: { nParameters, classes: classes ?? [], probabilities, heldOut, scores, networkAlone, nLabels, losses },
      transfer: [probabilities.buffer, heldOut.buffer],
    };
  },

  exportModel: () =>
    onDevice(async () => {
      const running = model();
      if (!given) throw new LabError("internal", "The engine does not know the slice of its model.");
      const { slice, reader } = given;
      const { obsNames, section } = slice;
      const bytes = await modelFileOf(running, slice, reader);
      const { classes } = running;
      const network = await running.predict();
      const probabilities = network && withReader(network, reader, slice);
      if (!classes || !probabilities) return { result: { model: bytes, predictions: null } };
      const parts: Uint8Array[] = [];
      writePredictionCsv({ obsNames, section, classes, probabilities }, (part) => parts.push(part));
      const predictions = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
      return { result: { model: bytes, predictions } };
    }),

  reset: () =>
    turn(async () => {
      dropModel();
      return { result: null };
    }),

  embedding: () =>
    onDevice(async () => {
      const { epoch, steps, embeddingSize: size } = model();
      const values = await model().embed();
      return { result: { epoch, steps, size, values }, transfer: [values.buffer] };
    }),

  serve({ port }) {
    serve<EngineApi>(port as unknown as Port, handlers);
    return { result: null };
  },

  link({ peer, port }) {
    if (peer === "data") data = connect<DataApi>(port as unknown as Port);
    else graph = connect<GraphApi>(port as unknown as Port);
    return { result: null };
  },
};

const readerWords = ({ share }: ModelReader): string =>
  `A linear reader of each cell's own genes has ${share} of the verdict, the network the rest.`;

/** Sub-graphs cut by the graph's thread while this one trains; null for the full graph. */
function batchesFrom(graphId: number, recipe: RunRecipe, slice: Slice): BatchSource | null {
  const { targets } = runCells(slice, recipe);
  const sampled = batchRecipe(recipe, targets);
  if (!sampled || !graph) return null;
  const cutter = graph;
  const fetch = (epoch: number, batch: number) => cutter("subGraph", { graphId, recipe: sampled, epoch, batch });
  return batchesAhead(fetch, { nBatches: batchesPerEpoch(recipe.view, targets?.length ?? slice.nObs) });
}

async function requireFit(
  { slice, graph, recipe }: { slice: Slice; graph: SpatialGraph; recipe: RunRecipe },
  memoryBytes: number | null,
  task: Task,
): Promise<void> {
  if (!backend) throw new LabError("internal", "The engine has no backend.");
  const input = { shape: sliceShape(slice), graph, recipe, backend: backend.report };
  const { over, mend } = await judgeMemory(input, { memoryBytes, device: backend.limits }, task);
  if (over) throw overLimit(over, mend);
}

/** What a run needs besides its recipe. */
async function inHand(
  sliceId: number,
  graphId: number,
): Promise<{ slice: Slice; graph: SpatialGraph; backend: Backend }> {
  if (!data || !graph || !backend) throw new LabError("internal", "The engine is not linked or has no backend.");
  const [slice, spatialGraph] = await Promise.all([data("slice", { sliceId }), graph("graph", { graphId })]);
  return { slice, graph: spatialGraph, backend };
}

/** Hands the owner a run to go on with, should this thread or its device not live; says what it cost. */
async function sendCheckpoint(
  running: Trainer,
  emit: (event: TrainEvent, transfer: Transferable[]) => void,
): Promise<number> {
  const began = performance.now();
  const checkpoint = await onDevice(() => running.checkpoint());
  const buffers = checkpoint.arrays.map(({ data }) => data.buffer as ArrayBuffer);
  emit({ kind: "checkpoint", checkpoint }, buffers);
  return performance.now() - began;
}

function model(): Trainer {
  if (!trainer) throw new LabError("missing", "There is no model yet.", "Press Train first.");
  return trainer;
}

/**
 * Work that awaits the device takes its turn, and ends with the device: what awaits a lost one would wait for ever.
 * Work may also fail first, with a message of the browser's about some buffer, an instant before the device says that
 * it is gone: its word is the cause.
 */
function onDevice<T>(work: () => Promise<T>): Promise<T> {
  return turn(
    () =>
      new Promise((resolve, reject) => {
        if (lost) return reject(lost);
        failWork = reject;
        work().then(resolve, (error) => {
          if (error instanceof LabError && error.code === "device") lost ??= error;
          setTimeout(() => reject(error), patience(error));
        });
      }),
  );
}

/** Milliseconds to wait for a cause. A browser's own complaint about a GPU buffer almost always has one. */
function patience(error: unknown): number {
  if (backend?.name !== "webgpu") return 0;
  return error instanceof LabError ? 300 : 5000;
}

function dropModel(): void {
  trainer?.dispose();
  trainer = null;
  given = null;
  pretrained = null;
}

serve<EngineApi>(self as unknown as Port, handlers);
holdLife();
