import type { Backend } from "../src/core/backend/backend";
import { openBackend } from "../src/core/backend/open";
import { LabError } from "../src/core/errors";
import { writeSafetensors } from "../src/core/train/safetensors";
import { createTrainer, type Trainer } from "../src/core/train/trainer";
import { workerPlatform } from "./platform";
import type { DataApi, EngineApi, GraphApi } from "./protocol";
import { type Client, connect, type Handlers, type Port, serve } from "./rpc";
import { breathe, createTurns } from "./turns";

let data: Client<DataApi> | null = null;
let graph: Client<GraphApi> | null = null;
let backend: Backend | null = null;
let trainer: Trainer | null = null;
const turn = createTurns();
/** Rejects the step in flight. */
let failStep: (error: LabError) => void = () => {};

const handlers: Handlers<EngineApi> = {
  openBackend: ({ prefer, allowSoftware }) =>
    turn(async () => {
      dropModel();
      backend?.dispose();
      backend = await openBackend({ prefer, allowSoftware, platform: workerPlatform() });
      void backend.lost.then((error) => failStep(error));
      return { result: backend.report };
    }),

  prepare: ({ sliceId, graphId, recipe }, { task }) =>
    turn(async () => {
      if (!data || !graph || !backend) throw new LabError("internal", "The engine is not linked or has no backend.");
      dropModel();
      task.progress(0, 1, "fetching the slice");
      const [slice, spatialGraph] = await Promise.all([data("slice", { sliceId }), graph("graph", { graphId })]);
      trainer = await createTrainer({ slice, graph: spatialGraph, recipe, backend }, task);
      return { result: { nParameters: trainer.nParameters, embeddingSize: trainer.embeddingSize } };
    }),

  async train({ untilEpoch }, { signal, emit }) {
    const running = model();
    while (running.epoch < untilEpoch && !signal.aborted) {
      // between two turns a waiting question (colours, attention) is answered
      const step = await turn(() => unlessLost(running.step()));
      emit({ kind: "epoch", ...step });
      emit({ kind: "memory", bytes: backend?.memory().bytes ?? 0, peakBytes: running.peakBytes() });
      await breathe();
    }
    return { result: { epoch: running.epoch, paused: running.epoch < untilEpoch } };
  },

  cellLosses: () =>
    turn(async () => {
      const losses = await model().cellLosses();
      return { result: { losses }, transfer: [losses.buffer] };
    }),

  attention: ({ cell }) => turn(async () => ({ result: await model().attention(cell) })),

  rebuilt: ({ cell }) =>
    turn(async () => {
      const expression = await model().rebuilt(cell);
      return { result: { expression }, transfer: [expression.buffer] };
    }),

  weights: () =>
    turn(async () => {
      const bytes = writeSafetensors(await model().weights());
      return { result: { bytes }, transfer: [bytes.buffer] };
    }),

  reset: () =>
    turn(async () => {
      dropModel();
      return { result: null };
    }),

  embedding: () =>
    turn(async () => {
      const { epoch, embeddingSize: size } = model();
      const values = await model().embed();
      return { result: { epoch, size, values }, transfer: [values.buffer] };
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

function model(): Trainer {
  if (!trainer) throw new LabError("missing", "There is no model yet.", "Press Train first.");
  return trainer;
}

/**
 * The step, or the device's end: what awaits a lost device would wait for ever. A step may also fail first, with a
 * message of the browser's about some buffer, an instant before the device says that it is gone: its word is the cause.
 */
function unlessLost<T>(step: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    failStep = reject;
    step.then(resolve, (error) => setTimeout(() => reject(error), 300));
  });
}

function dropModel(): void {
  trainer?.dispose();
  trainer = null;
}

serve<EngineApi>(self as unknown as Port, handlers);
