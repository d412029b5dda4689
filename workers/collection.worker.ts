import type { Backend, BackendReport } from "../src/core/backend/backend";
import { openBackend } from "../src/core/backend/open";
import { readSection } from "../src/core/collection/collection";
import { LabError, toLabError } from "../src/core/errors";
import type { Slice } from "../src/core/slice/slice";
import { splitSectionsOf } from "../src/core/study/annotation/split";
import type { Task } from "../src/core/task";
import { judgeMemory } from "../src/core/train/budget-limits";
import { type Model, writeModel } from "../src/core/train/model-file";
import { overLimit } from "../src/core/train/over-limit";
import type { SectionPlan, SectionSource } from "../src/core/train/prepared-section";
import type { RunRecipe } from "../src/core/train/recipe";
import { type GoneOn, goOnFrom, keepingRun } from "../src/core/train/run-at-rest";
import { largestSection, sectionTask } from "../src/core/train/section-run";
import { scoreSection } from "../src/core/train/section-score";
import { sectionStatistics } from "../src/core/train/section-source";
import { createSectionTrainer, type SectionTrainer } from "../src/core/train/section-trainer";
import { sliceShape } from "../src/core/train/stand-in-slice";
import { type Trainable, type TrainedSoFar, trainToEnd } from "../src/core/train/train-to-end";
import { createCheckpointClock } from "./checkpoint-clock";
import {
  aloneOver,
  checkpointsOf,
  forgetCheckpoints,
  type Interrupted,
  keepRun,
  type RunFacts,
  readInterrupted,
} from "./collection-runs";
import { openCollection } from "./collections";
import { holdLife } from "./life";
import { workerPlatform } from "./platform";
import type { CollectionApi, CollectionEvent, SectionApi, SectionScore, SectionUnscored } from "./protocol";
import { type Context, connect, type Handlers, type Port, serve } from "./rpc";
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

  train: ({ collection: id, start, memoryBytes }, context) =>
    aloneOver(id, () => train(id, start, memoryBytes, context)),
};

type Train = CollectionApi["train"];

async function train(
  id: string,
  start: Train["request"]["start"],
  memoryBytes: number | null,
  { task, emit }: Context<Train["event"]>,
) {
  if (!backend) throw new LabError("internal", "The thread that trains over sections has no backend.");
  const device = backend;
  task.progress(0, 1, "looking at the sections");
  const { kept, store } = await openCollection(id);
  const { collection } = kept;
  const interrupted = start ? null : await readInterrupted(id);
  const { recipe, test } = start ?? begun(interrupted);
  const split = splitSectionsOf(collection.sections.length, test === null ? [] : [test], recipe.seed);
  if (split.train.length === 0) throw new LabError("range", "Every section is tested on: none is left to train on.");
  const { train: trained, classes, classWeights } = sectionTask(collection, recipe, split.train);

  const seen = [...split.train, ...split.validation, ...(classes ? split.test : [])];
  const largest = await largestSection(store, collection, seen, recipe);
  const shape = sliceShape(largest.slice);
  await requireFit({ shape, graph: largest.graph, recipe, backend: device.report }, memoryBytes, task);

  const statistics = await sectionStatistics(store, collection, recipe, split.train, task);
  const plan: SectionPlan = { recipe, statistics, classes };
  const source = await sectionsAhead(id, plan);
  let trainer: SectionTrainer | null = null;
  try {
    task.progress(0, 1, "preparing the first section");
    const { validation } = split;
    const input = { plan, source, backend: device, nVars: collection.varNames.length, train: trained, validation };
    trainer = await createSectionTrainer({ ...input, ...(classWeights && { classWeights }) });
    const { nParameters } = trainer;
    const facts = { test, split, nParameters, backend: device.report.name };
    const before = interrupted && (await goOnFrom(trainer, interrupted.run));
    emit({ kind: "began", split, nParameters });
    const keep = await keeping(id, { trainer, facts, before, slot: interrupted }, emit);
    const { told, soFar } = telling(trainer, emit);
    const breathe = async (at: TrainedSoFar): Promise<void> => {
      await keep(at);
      await soFar(at);
    };
    const done = await trainToEnd(told, { lost: device.lost, breathe, ...(before && { before }) }, task);
    const { losses, validationLosses, bestEpoch, steps, seconds, finished } = done;
    const arrays = await trainer.weights();
    const made: Model = { recipe, arrays, genes: collection.varNames, classes, statistics };
    const costs = {
      secondsPerEpoch: (seconds * trainer.nBatches) / Math.max(1, steps - (before?.steps ?? 0)),
      waitedSeconds: trainer.waitedMs / 1000,
      peakBytes: trainer.peakBytes(),
    };
    trainer.dispose();
    trainer = null;
    const score = await scoreOf(made, split.test, (at) => readSection(store, collection, at));
    const model = writeModel(made);
    const { backend: name } = facts;
    const about = { split, nParameters, backend: name, losses, validationLosses, bestEpoch, finished };
    const findings = { ...about, ...costs, score };
    const isKept = await keepInPlace(id, { findings, model });
    return { result: { ...findings, model, kept: isKept }, transfer: [model.buffer] };
  } catch (thrown) {
    // a loss that ran away would do so again
    if (thrown instanceof LabError && thrown.code === "range") await forgetCheckpoints(id).catch(() => {});
    throw thrown;
  } finally {
    trainer?.dispose();
    source.close();
  }
}

function begun(interrupted: Interrupted | null): Pick<RunFacts, "test"> & { readonly recipe: RunRecipe } {
  if (interrupted) return { recipe: interrupted.run.checkpoint.recipe, test: interrupted.facts.test };
  throw new LabError("missing", "The run that was cut off is no longer kept.", "Press Train to start anew.");
}

interface Kept {
  readonly trainer: SectionTrainer;
  readonly facts: RunFacts;
  readonly before: GoneOn | null;
  readonly slot: Pick<Interrupted, "slot"> | null;
}

/** Keeps checkpoints beside the sections, and tells of each; where there is no room the run goes on without. */
async function keeping(
  id: string,
  { trainer, facts, before, slot }: Kept,
  emit: (event: CollectionEvent) => void,
): Promise<(soFar: TrainedSoFar) => Promise<void>> {
  const write = await checkpointsOf(id, facts, slot);
  const clock = createCheckpointClock(() => performance.now());
  return keepingRun(trainer, {
    before,
    due: () => clock.due(),
    async keep(run) {
      const began = performance.now();
      const epoch = await write(run).then(
        () => run.soFar.losses.length,
        () => null,
      );
      clock.taken(performance.now() - began);
      emit({ kind: "checkpoint", epoch });
    },
  });
}

/** Its checkpoints go once the run itself is kept; they make room for it where there is too little. */
async function keepInPlace(id: string, run: Parameters<typeof keepRun>[1]): Promise<boolean> {
  const isKept = await keepRun(id, run);
  await forgetCheckpoints(id);
  return isKept || keepRun(id, run);
}

/** How well the section that was left out is labelled; a run is not lost over it. */
async function scoreOf(
  model: Model,
  [section]: readonly number[],
  read: (section: number) => Promise<Slice>,
): Promise<SectionScore | SectionUnscored | null> {
  if (section === undefined || !model.classes || !backend) return null;
  try {
    const found = await scoreSection(model, await read(section), backend);
    return found && { section, f1Micro: found.micro, f1Macro: found.macro, nScored: found.nScored };
  } catch (thrown) {
    return { section, why: toLabError(thrown).message };
  }
}

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
