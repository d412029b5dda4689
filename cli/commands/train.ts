import { openBackend } from "../../src/core/backend/open";
import { buildGraph } from "../../src/core/graph/build-graph";
import { positionsMicrons } from "../../src/core/slice/slice";
import { summarize } from "../../src/core/slice/summary";
import { createTrainer } from "../../src/core/train/trainer";
import type { Command } from "../command";
import { memoryLimits, memoryOptions, memoryUsage } from "../memory-limit";
import { openFile, openOptions, openUsage } from "../open-file";
import { nodePlatform } from "../platform";
import { recipeOf, recipeOptions, recipeUsage } from "../recipe-options";
import { requireFit, runBudget } from "../run-budget";
import { folderForRun, type RunRecord } from "../run-folder";
import { trainEpochs } from "../train-epochs";
import { versions } from "../versions";
import { embeddingTable, writeRun } from "../write-run";

export const train: Command = {
  usage: `train FILE --out DIR|--dry-run ${memoryUsage} ${recipeUsage} [--backend auto|webgpu|wasm|cpu] [--allow-software] [--force] ${openUsage}`,
  summary: "Trains a network on a slice and writes its embedding, its weights and a record of the run.",
  options: {
    ...openOptions,
    ...recipeOptions,
    ...memoryOptions,
    "dry-run": { type: "boolean" },
    backend: { type: "string" },
    "allow-software": { type: "boolean" },
    out: { type: "string" },
    force: { type: "boolean" },
  },
  positionals: ["FILE"],
  async run(args, context) {
    const { cwd, task, say } = context;
    const started = new Date().toISOString();
    const recipe = recipeOf(args, cwd);
    const prefer = args.choice("backend", ["auto", "webgpu", "wasm", "cpu"], "auto");
    const run = args.has("dry-run") ? null : folderForRun(args.text("out"), cwd, { force: args.has("force") });
    const slice = await openFile(args.positionals[0], args, context);
    const positions = positionsMicrons(slice);
    const { graph, statistics } = await buildGraph(positions, slice.section.codes, recipe.graph, task);
    for (const warning of statistics.warnings) say(`warning: ${warning}`);

    const platform = await nodePlatform({ gpu: prefer === "auto" || prefer === "webgpu" });
    const backend = await openBackend({ prefer, allowSoftware: args.has("allow-software"), platform });
    const { name, adapter, threads, why } = backend.report;
    say(`backend: ${name}${adapter ? ` on ${adapter}` : ""}${threads > 1 ? `, ${threads} threads` : ""}. ${why}`);
    try {
      const limits = memoryLimits(args, backend);
      if (!run) {
        const budget = await runBudget({ slice, graph, recipe, backend }, limits, task);
        if (!budget.fits) context.endWith(2);
        return budget;
      }
      const { totalBytes } = await requireFit({ slice, graph, recipe, backend }, limits, task);
      say(`memory: about ${Math.ceil(totalBytes / 2 ** 20)} MiB.`);
      const trainer = await createTrainer({ slice, graph, recipe, backend }, task);
      for (const note of trainer.notes) say(`note: ${note}`);
      context.holdInterrupts();
      const { losses, steps, seconds } = await trainEpochs(trainer, backend.lost, task);
      const epochs = losses.length;
      const finished = epochs === recipe.epochs;
      if (!finished) say(`stopped after ${epochs} of ${recipe.epochs} epochs; what was learned so far is written.`);

      const collapse = await trainer.collapse();
      if (collapse.words) say(`warning: ${collapse.words}`);

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
        backend: backend.report,
        slice: summarize(slice),
        graph: graphFacts,
        notes: trainer.notes,
        nParameters: trainer.nParameters,
        ...(trainer.classes && { classes: trainer.classes }),
        epochs,
        steps,
        losses,
        collapse,
        ...costs,
        versions,
      };
      const table = await embeddingTable(slice, trainer);
      const { classes } = trainer;
      await writeRun(run, { record, table, weights: await trainer.weights(), varNames: slice.varNames, classes });
      trainer.dispose();
      return {
        backend: name,
        steps,
        epochs,
        ...costs,
        // none if the run was stopped within its first epoch
        firstLoss: losses[0] ?? null,
        finalLoss: losses[epochs - 1] ?? null,
        collapse,
        nParameters: record.nParameters,
        finished,
      };
    } finally {
      backend.dispose();
    }
  },
};
