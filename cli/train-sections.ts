import { existsSync, readFileSync, rmSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Collection } from "../src/core/collection/collection";
import { sameNames } from "../src/core/collection/conform";
import { LabError } from "../src/core/errors";
import { readerOverSections } from "../src/core/study/annotation/reader-sections";
import type { SectionSplit } from "../src/core/study/annotation/split";
import type { Task } from "../src/core/task";
import { readCheckpoint, writeCheckpoint } from "../src/core/train/checkpoint-file";
import { type Model, writeModel } from "../src/core/train/model-file";
import type { SectionPlan } from "../src/core/train/prepared-section";
import type { RunRecipe } from "../src/core/train/recipe";
import { type GoneOn, goOnFrom, keepingRun } from "../src/core/train/run-at-rest";
import { largestSection, sectionTask } from "../src/core/train/section-run";
import { sectionStatistics } from "../src/core/train/section-source";
import { createSectionTrainer, type SectionTrainer } from "../src/core/train/section-trainer";
import { type TrainedSoFar, trainToEnd } from "../src/core/train/train-to-end";
import type { AnnotationWish } from "./annotate-run";
import type { Arguments, Context } from "./command";
import { memoryLimits } from "./memory-limit";
import { requireFit, runBudget } from "./run-budget";
import { clearRun, type RunFolder } from "./run-folder";
import { type OpenCollection, withCollection } from "./section-folder";
import { sectionSplit } from "./section-split";
import { sectionsAhead } from "./section-thread";
import { openDevice } from "./train-run";
import { versions } from "./versions";
import { writeBytes } from "./write-file";

/** Options of training on a collection, beside those of training on a slice. */
export const sectionOptions = { "test-by": { type: "string" }, resume: { type: "boolean" } } as const;
export const sectionUsage = "[--test-by LABEL] [--resume]";

/** @throws UsageError where an option of collections is given to a single slice */
export function refuseSectionOptions(args: Arguments): void {
  for (const flag of Object.keys(sectionOptions))
    if (args.has(flag)) throw args.wrong(`--${flag} belongs to several files or a folder of sections`);
}

export interface SectionsJob {
  /** Files or a folder, as they were named. */
  readonly words: readonly string[];
  readonly recipe: RunRecipe;
  /** Where it is written; null for a dry run. */
  readonly run: RunFolder | null;
  /** Whether sections are held out to validate on where no option says so. */
  readonly validation: "none" | "auto";
  /** A model that is gone on with: its genes, and its preprocessing where it has kept that. */
  readonly model?: Model;
  /** Whether the network begins with that model's encoder. */
  readonly transfers?: boolean;
  /** Joined to the verdict of a network that learns a label. */
  readonly reader?: AnnotationWish["reader"];
}

/** Between two checkpoints, at most; one is written after each epoch as well. */
const CHECKPOINT_MS = 60_000;

/** Trains a network over the sections of a collection, one at a time, writes it, and gives what is printed. */
export function trainSections(job: SectionsJob, args: Arguments, context: Context): Promise<object> {
  return withCollection(job.words, args, context, (open) => trainOpen(job, open, args, context));
}

async function trainOpen(
  { recipe, run, model, transfers = false, validation: fallback, reader: wanted = null }: SectionsJob,
  { store, collection: found }: OpenCollection,
  args: Arguments,
  context: Context,
): Promise<object> {
  const { task, say } = context;
  const started = new Date().toISOString();
  const { collection, notes } = withGenesOf(model, found);
  for (const note of notes) say(`note: ${note}`);
  const { sections, varNames, labels } = collection;
  const split = sectionSplit(args, collection, { recipe, fallback });
  const { train, classes, classWeights } = sectionTask(collection, recipe, split.train);
  const unlabelled = split.train.length - train.length;
  if (unlabelled > 0) say(`note: ${unlabelled} sections have no cell with the label and are not trained on.`);
  if (recipe.patience !== undefined && split.validation.length === 0)
    say("note: there are no sections to validate on, so the run goes on to its last epoch whatever its patience.");

  const backend = await openDevice(args, say);
  try {
    const largest = await largestSection(store, collection, [...split.train, ...split.validation], recipe);
    const planned = { ...largest, recipe, backend };
    const limits = memoryLimits(args, backend);
    if (!run) {
      const budget = await runBudget(planned, limits, task);
      if (!budget.fits) context.endWith(2);
      return { ...budget, section: largest.slice.name };
    }
    const { totalBytes } = await requireFit(planned, limits, task);
    say(`memory: about ${Math.ceil(totalBytes / 2 ** 20)} MiB for the largest section, and what the next one takes.`);

    const statistics = model?.statistics ?? (await sectionStatistics(store, collection, recipe, split.train, task));
    const plan: SectionPlan = { recipe, statistics, classes };
    const readable = { varNames, labels, sections: sections.map(({ file, name, nObs }) => ({ file, name, nObs })) };
    const paths = sections.map(({ file }) => store.pathOf(file));
    const source = sectionsAhead({ paths, collection: readable, plan });
    try {
      const { validation } = split;
      const input = { plan, source, backend, nVars: varNames.length, train, validation };
      const trainer = await createSectionTrainer({ ...input, ...(classWeights && { classWeights }) });
      if (model && transfers) trainer.transfer(model.arrays);
      const before = args.has("resume") ? await resume(trainer, run, say) : null;
      if (!before) clearRun(run);
      context.holdInterrupts();
      const keep = keeper(trainer, run, before, task);
      const stepsBefore = before?.steps ?? 0;
      const trained = await trainToEnd(trainer, { lost: backend.lost, breathe: keep, ...(before && { before }) }, task);
      const { losses, validationLosses, bestEpoch, steps, seconds, finished } = trained;
      if (!finished) say(`stopped after ${losses.length} of ${recipe.epochs} epochs; --resume goes on from there.`);
      const best = bestEpoch === null ? {} : { bestEpoch, bestValidationLoss: validationLosses[bestEpoch - 1] };
      const costs = {
        secondsPerEpoch: (seconds * trainer.nBatches) / Math.max(1, steps - stepsBefore),
        waitedSeconds: trainer.waitedMs / 1000,
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
        peakTensorBytes: trainer.peakBytes(),
      };
      const epochs = losses.length;
      const told = { steps, epochs, ...costs, ...best, finished, nParameters: trainer.nParameters };
      const arrays = await trainer.weights();
      const known = [...split.train, ...split.validation].sort((a, b) => a - b);
      const of = classes && recipe.label && { label: recipe.label, classes, known, all: wanted?.all ?? false };
      // a run that was stopped goes on before it is read with
      const reader =
        finished && wanted && of ? await readerOverSections(store, collection, of, wanted.settings, task) : null;
      await writeBytes(
        run.path("model"),
        writeModel({ recipe, arrays, genes: varNames, classes: plan.classes, statistics, reader }),
      );
      const record = {
        version: 1,
        started,
        recipe,
        ...(model && transfers && { pretraining: model.recipe }),
        backend: backend.report,
        sections: sections.map(({ name, nObs }, s) => ({ name, cells: nObs, role: roleOf(s, split) })),
        nVars: varNames.length,
        notes: [...collection.notes, ...notes],
        ...(plan.classes && { classes: plan.classes }),
        ...(reader && wanted && { reader: { ...wanted.settings, selfTrained: wanted.all } }),
        losses,
        ...(validationLosses.length > 0 && { validationLosses }),
        ...told,
        versions,
      };
      await writeBytes(run.path("record"), `${JSON.stringify(record, null, 2)}\n`);
      if (finished) rmSync(run.path("checkpoint"), { force: true });
      trainer.dispose();
      return {
        backend: backend.report.name,
        ...told,
        ...(wanted && { reader: reader && { share: reader.share, selfTrained: reader.selfTrained } }),
        firstLoss: losses[0] ?? null,
        finalLoss: losses[epochs - 1] ?? null,
        nSections: sections.length,
        nTrain: train.length,
        nValidation: split.validation.length,
        nTest: split.test.length,
      };
    } finally {
      await source.close();
    }
  } finally {
    backend.dispose();
  }
}

/** The collection with the genes of the model, those that it lacks without counts. */
function withGenesOf(model: Model | undefined, collection: Collection): { collection: Collection; notes: string[] } {
  const genes = model?.genes;
  if (!genes || sameNames(genes, collection.varNames)) return { collection, notes: [] };
  const known = new Set(collection.varNames);
  const missing = genes.filter((gene) => !known.has(gene));
  if (missing.length === genes.length)
    throw new LabError(
      "range",
      "The sections have none of the genes that the network was trained on.",
      `Its genes are ${genes.slice(0, 3).join(", ")} …; theirs ${collection.varNames.slice(0, 3).join(", ")} ….`,
    );
  const some = missing.slice(0, 5).join(", ");
  const notes =
    missing.length > 0 ? [`${missing.length} of ${genes.length} genes of the network have no counts: ${some}.`] : [];
  return { collection: { ...collection, varNames: genes }, notes };
}

function roleOf(section: number, { validation, test }: SectionSplit): "train" | "validation" | "test" {
  return test.includes(section) ? "test" : validation.includes(section) ? "validation" : "train";
}

/** Puts a trainer where a stopped run was. */
async function resume(trainer: SectionTrainer, run: RunFolder, say: Context["say"]): Promise<GoneOn> {
  if (!existsSync(run.path("checkpoint")))
    throw new LabError("missing", `${run.name} holds no run to go on with.`, "Leave out --resume.");
  const kept = readCheckpoint(new Uint8Array(readFileSync(run.path("checkpoint"))), run.name);
  const before = await goOnFrom(trainer, kept);
  say(`note: the run goes on after ${before.losses.length} epochs.`);
  return before;
}

/** Writes a checkpoint after each epoch, every minute and when the person stops the run. */
function keeper(
  trainer: SectionTrainer,
  run: RunFolder,
  before: GoneOn | null,
  task: Task,
): (soFar: TrainedSoFar) => Promise<void> {
  let written = performance.now();
  const keep = keepingRun(trainer, {
    before,
    due: ({ isNewEpoch }) => isNewEpoch || task.cancelled || performance.now() - written > CHECKPOINT_MS,
    async keep(kept) {
      await writeBytes(run.path("checkpoint"), writeCheckpoint(kept));
      written = performance.now();
    },
  });
  return async (soFar) => {
    await keep(soFar);
    await setImmediate(); // lets a Ctrl+C come through
  };
}
