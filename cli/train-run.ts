import type { Backend } from "../src/core/backend/backend";
import { openBackend } from "../src/core/backend/open";
import { buildGraph } from "../src/core/graph/build-graph";
import { positionsMicrons, type Slice } from "../src/core/slice/slice";
import { summarize } from "../src/core/slice/summary";
import type { RunRecipe } from "../src/core/train/recipe";
import { createTrainer, type Trainer, type TrainerInput } from "../src/core/train/trainer";
import { type AnnotationWish, annotationOf } from "./annotate-run";
import type { Arguments, Context } from "./command";
import { memoryLimits, memoryOptions, memoryUsage } from "./memory-limit";
import { nodePlatform } from "./platform";
import { requireFit, runBudget } from "./run-budget";
import type { RunFolder, RunRecord } from "./run-folder";
import { type SplitFacts, splitOf, splitOptions, splitUsage } from "./split-options";
import { trainEpochs } from "./train-epochs";
import { versions } from "./versions";
import { embeddingTable, writeRun } from "./write-run";

/** Options of every command that trains, beside those of its recipe. */
export const trainingOptions = {
  ...memoryOptions,
  ...splitOptions,
  "dry-run": { type: "boolean" },
  backend: { type: "string" },
  "allow-software": { type: "boolean" },
  out: { type: "string" },
  force: { type: "boolean" },
} as const;

export const trainingUsage = `${memoryUsage} ${splitUsage} [--backend auto|webgpu|wasm|cpu] [--allow-software] [--force]`;

export interface TrainingJob {
  readonly slice: Slice;
  readonly recipe: RunRecipe;
  /** Where it is written; null for a dry run. */
  readonly run: RunFolder | null;
  /** Whether cells are held out to validate on where no option says so. */
  readonly validation: "none" | "auto";
  /** Of the training slice of a model that goes on. */
  readonly statistics?: TrainerInput["statistics"];
  /** What is done with the network before its first step. */
  readonly begin?: (trainer: Trainer) => void;
  /** Recipe of the run whose encoder it begins with. */
  readonly pretraining?: RunRecipe;
  readonly notes?: readonly string[];
  /** Of a run that learns a label for prediction. */
  readonly annotation?: AnnotationWish;
}

/** Opens a backend as the options say, and says which it is. */
export async function openDevice(args: Arguments, say: Context["say"]): Promise<Backend> {
  const prefer = args.choice("backend", ["auto", "webgpu", "wasm", "cpu"], "auto");
  const platform = await nodePlatform({ gpu: prefer === "auto" || prefer === "webgpu" });
  const backend = await openBackend({ prefer, allowSoftware: args.has("allow-software"), platform });
  const { name, adapter, threads, why } = backend.report;
  say(`backend: ${name}${adapter ? ` on ${adapter}` : ""}${threads > 1 ? `, ${threads} threads` : ""}. ${why}`);
  return backend;
}

/** Trains a network on a slice, writes it, and gives what is printed. */
export async function trainRun(job: TrainingJob, args: Arguments, context: Context): Promise<object> {
  const { task, say } = context;
  const { slice, recipe, run, begin, pretraining } = job;
  const started = new Date().toISOString();
  const split = splitOf(args, slice, { seed: recipe.seed, fallback: job.validation });
  if (recipe.patience !== undefined && !split?.facts.nValidation)
    say("note: there are no cells to validate on, so the run goes on to its last epoch whatever its patience.");
  const annotation = job.annotation && annotationOf(slice, recipe, { ...job.annotation, roles: split?.roles ?? null });
  const { graph, statistics } = await buildGraph(positionsMicrons(slice), slice.section.codes, recipe.graph, task);
  for (const warning of statistics.warnings) say(`warning: ${warning}`);

  const backend = await openDevice(args, say);
  const { name } = backend.report;
  try {
    const limits = memoryLimits(args, backend);
    const planned = {
      ...{ slice, graph, recipe, backend },
      ...(split && { roles: split.roles }),
      ...(annotation && { labels: annotation.labels }),
      ...(job.statistics && { statistics: job.statistics }),
    };
    if (!run) {
      const budget = await runBudget(planned, limits, task);
      if (!budget.fits) context.endWith(2);
      return budget;
    }
    const { totalBytes } = await requireFit(planned, limits, task);
    say(`memory: about ${Math.ceil(totalBytes / 2 ** 20)} MiB.`);
    const trainer = await createTrainer(planned, task);
    begin?.(trainer);
    const notes = [...(job.notes ?? []), ...trainer.notes];
    for (const note of notes) say(`note: ${note}`);
    context.holdInterrupts();
    const trained = await trainEpochs(trainer, backend.lost, task);
    const { losses, steps, seconds, finished } = trained;
    const epochs = losses.length;
    const best = bestOf(trained);
    if (!finished) say(`stopped after ${epochs} of ${recipe.epochs} epochs; what was learned so far is written.`);
    else if (epochs < recipe.epochs) say(`ended after ${epochs} epochs: validation had no new low since the best.`);

    const collapse = await trainer.collapse();
    if (collapse.words) say(`warning: ${collapse.words}`);

    // of a run that was stopped the weights are written and no more
    const verdict = annotation && finished ? await annotation.verdict(trainer, task) : null;
    const { degreeHistogram, ...graphFacts } = statistics;
    const costs = {
      secondsPerEpoch: (seconds * trainer.nBatches) / steps,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      peakTensorBytes: trainer.peakBytes(),
    };
    const record: RunRecord = {
      version: 1,
      finished,
      started,
      recipe,
      ...(pretraining && { pretraining }),
      backend: backend.report,
      slice: summarize(slice),
      graph: graphFacts,
      ...(split && { split: split.facts }),
      notes,
      nParameters: trainer.nParameters,
      ...(trainer.classes && { classes: trainer.classes }),
      ...(verdict && { annotation: verdict.facts }),
      epochs,
      steps,
      losses,
      ...(best && { validationLosses: trained.validationLosses, ...best }),
      collapse,
      ...costs,
      versions,
    };
    const table = await embeddingTable(slice, trainer);
    const { classes, statistics: preprocessing } = trainer;
    const model = {
      recipe,
      arrays: await trainer.weights(),
      genes: slice.varNames,
      classes,
      statistics: preprocessing,
      reader: verdict?.reader ?? null,
    };
    await writeRun(run, { record, table, model });
    trainer.dispose();
    return {
      backend: name,
      steps,
      epochs,
      ...costs,
      // none if the run was stopped within its first epoch
      firstLoss: losses[0] ?? null,
      finalLoss: losses[epochs - 1] ?? null,
      ...best,
      ...splitCounts(split?.facts),
      ...verdict?.told,
      collapse,
      nParameters: record.nParameters,
      finished,
    };
  } finally {
    backend.dispose();
  }
}

function bestOf({ bestEpoch, validationLosses }: { bestEpoch: number | null; validationLosses: readonly number[] }) {
  return bestEpoch === null ? null : { bestEpoch, bestValidationLoss: validationLosses[bestEpoch - 1] };
}

function splitCounts(facts: SplitFacts | undefined) {
  return facts && { nTrain: facts.nTrain, nValidation: facts.nValidation, nTest: facts.nTest };
}
