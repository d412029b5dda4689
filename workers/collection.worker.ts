import type { Backend, BackendReport } from "../src/core/backend/backend";
import { openBackend } from "../src/core/backend/open";
import { LabError } from "../src/core/errors";
import { splitSectionsOf } from "../src/core/study/annotation/split";
import type { Task } from "../src/core/task";
import { judgeMemory } from "../src/core/train/budget-limits";
import { writeModel } from "../src/core/train/model-file";
import { overLimit } from "../src/core/train/over-limit";
import type { SectionPlan, SectionSource } from "../src/core/train/prepared-section";
import { largestSection, sectionTask } from "../src/core/train/section-run";
import { sectionStatistics } from "../src/core/train/section-source";
import { createSectionTrainer, type SectionTrainer } from "../src/core/train/section-trainer";
import { sliceShape } from "../src/core/train/stand-in-slice";
import { type Trainable, trainToEnd } from "../src/core/train/train-to-end";
import { keepRun } from "./collection-runs";
import { openCollection } from "./collections";
import { holdLife } from "./life";
import { workerPlatform } from "./platform";
import type { CollectionApi, CollectionEvent, SectionApi } from "./protocol";
import { connect, type Handlers, type Port, serve } from "./rpc";
import { breathe } from "./turns";

let backend: Backend | null = null;
/** The page can show no more than a few words a second. */
const tellEveryMs = 100;

const handlers: Handlers<CollectionApi> = {
  async openBackend({ prefer, allowSoftware }) {
    backend?.dispose();
    backend = await openBackend({ prefer, allowSoftware, platform: workerPlatform() });
    return { result: backend.report };
  },

  async train({ collection: id, recipe, test, memoryBytes }, { task, emit }) {
    if (!backend) throw new LabError("internal", "The thread that trains over sections has no backend.");
    task.progress(0, 1, "looking at the sections");
    const { kept, store } = await openCollection(id);
    const { collection } = kept;
    const split = splitSectionsOf(collection.sections.length, test === null ? [] : [test], recipe.seed);
    if (split.train.length === 0) throw new LabError("range", "Every section is tested on: none is left to train on.");
    const { train, classes, classWeights } = sectionTask(collection, recipe, split.train);

    const largest = await largestSection(store, collection, [...split.train, ...split.validation], recipe);
    const shape = sliceShape(largest.slice);
    await requireFit({ shape, graph: largest.graph, recipe, backend: backend.report }, memoryBytes, task);

    const statistics = await sectionStatistics(store, collection, recipe, split.train, task);
    const plan: SectionPlan = { recipe, statistics, classes };
    const source = await sectionsAhead(id, plan);
    let trainer: SectionTrainer | null = null;
    try {
      task.progress(0, 1, "preparing the first section");
      const { validation } = split;
      const input = { plan, source, backend, nVars: collection.varNames.length, train, validation };
      trainer = await createSectionTrainer({ ...input, ...(classWeights && { classWeights }) });
      emit({ kind: "began", split, nParameters: trainer.nParameters });
      const { told, soFar } = telling(trainer, emit);
      const trained = await trainToEnd(told, { lost: backend.lost, breathe: soFar }, task);
      const { losses, validationLosses, bestEpoch, steps, seconds, finished } = trained;
      const arrays = await trainer.weights();
      const model = writeModel({ recipe, arrays, genes: collection.varNames, classes, statistics });
      const findings = {
        split,
        nParameters: trainer.nParameters,
        backend: backend.report.name,
        losses,
        validationLosses,
        bestEpoch,
        finished,
        secondsPerEpoch: (seconds * trainer.nBatches) / Math.max(1, steps),
        waitedSeconds: trainer.waitedMs / 1000,
        peakBytes: trainer.peakBytes(),
      };
      const isKept = await keepRun(id, { findings, model });
      return { result: { ...findings, model, kept: isKept }, transfer: [model.buffer] };
    } finally {
      trainer?.dispose();
      source.close();
    }
  },
};

/** The trainer, telling which section it is at, and the losses of epochs as they end. */
function telling(trainer: SectionTrainer, emit: (event: CollectionEvent) => void) {
  let told = Number.NEGATIVE_INFINITY;
  let [epochs, section] = [0, -1];
  const trainable: Trainable = {
    recipe: trainer.recipe,
    nBatches: trainer.nBatches,
    validate: () => trainer.validate(),
    snapshot: () => trainer.snapshot(),
    async step() {
      const report = await trainer.step();
      section = report.section;
      return report;
    },
  };
  const soFar: NonNullable<Parameters<typeof trainToEnd>[1]["breathe"]> = async ({ losses, watch }) => {
    const isNew = losses.length > epochs;
    if (isNew || performance.now() - told >= tellEveryMs) {
      epochs = losses.length;
      told = performance.now();
      emit({ kind: "step", section, losses, validationLosses: watch.losses });
    }
    await breathe();
  };
  return { told: trainable, soFar };
}

/** Sections read and prepared in a thread of their own, while this one trains; their arrays are moved, not copied. */
async function sectionsAhead(collection: string, plan: SectionPlan): Promise<SectionSource & { close(): void }> {
  const worker = new Worker(new URL("./section.worker.ts", import.meta.url), { type: "module" });
  const call = connect<SectionApi>(worker as unknown as Port);
  worker.addEventListener("error", (event) =>
    call.fail(
      new LabError(
        "memory",
        `The thread that reads sections has ended: ${event.message || "no reason was given"}.`,
        "A section may be too large for this browser's memory. Train on fewer genes, or with the command line.",
      ),
    ),
  );
  await call("begin", { collection, plan });
  return { ahead: true, at: (section) => call("prepare", { section }), close: () => worker.terminate() };
}

type Judged = Parameters<typeof judgeMemory>[0] & { readonly backend: BackendReport };

async function requireFit(input: Judged, memoryBytes: number | null, task: Task): Promise<void> {
  const device = backend?.limits;
  if (!device) return;
  const { over, mend } = await judgeMemory(input, { memoryBytes, device }, task);
  if (over) throw overLimit(over, mend);
}

serve<CollectionApi>(self as unknown as Port, handlers);
holdLife();
