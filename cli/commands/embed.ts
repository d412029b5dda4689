import { readFileSync } from "node:fs";
import { openBackend } from "../../src/core/backend/open";
import { LabError } from "../../src/core/errors";
import { buildGraph } from "../../src/core/graph/build-graph";
import { writeEmbeddingTable } from "../../src/core/io/run-tables";
import { positionsMicrons } from "../../src/core/slice/slice";
import { type Model, readModel } from "../../src/core/train/model-file";
import { nothingLabelled } from "../../src/core/train/model-input";
import { createTrainer } from "../../src/core/train/trainer";
import type { Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { nodePlatform } from "../platform";
import { clearRun, folderForRun, folderWithModel } from "../run-folder";
import { writeFile } from "../write-file";
import { embeddingTable } from "../write-run";

export const embed: Command = {
  usage: `embed FILE --model DIR --out DIR [--backend auto|webgpu|wasm|cpu] [--allow-software] [--force] ${openUsage}`,
  summary: "Embeds a slice with weights that were trained before, here or in PyTorch Geometric.",
  options: {
    ...openOptions,
    model: { type: "string" },
    backend: { type: "string" },
    "allow-software": { type: "boolean" },
    out: { type: "string" },
    force: { type: "boolean" },
  },
  positionals: ["FILE"],
  async run(args, context) {
    const { cwd, task, say } = context;
    const prefer = args.choice("backend", ["auto", "webgpu", "wasm", "cpu"], "auto");
    const model = folderWithModel(args.text("model"), cwd);
    const weights = readModel(new Uint8Array(readFileSync(model.path("model"))), model.name);
    const { recipe, classes } = weights;
    const run = folderForRun(args.text("out"), cwd, { force: args.has("force") });
    const slice = await openFile(args.positionals[0], args, context);
    requireGenes(weights, slice.varNames);
    const { graph, statistics } = buildGraph(positionsMicrons(slice), slice.section.codes, recipe.graph, task);
    for (const warning of statistics.warnings) say(`warning: ${warning}`);

    const platform = await nodePlatform({ gpu: prefer === "auto" || prefer === "webgpu" });
    const backend = await openBackend({ prefer, allowSoftware: args.has("allow-software"), platform });
    try {
      const trainer = await createTrainer(
        { slice, graph, recipe, backend, ...(classes && { labels: nothingLabelled(classes, slice.nObs) }) },
        task,
      );
      for (const note of trainer.notes) say(`note: ${note}`);
      trainer.load(weights.arrays);
      const table = await embeddingTable(slice, trainer);
      const { nParameters, embeddingSize } = trainer;
      trainer.dispose();
      clearRun(run);
      await writeFile(run.path("embedding"), (sink) => writeEmbeddingTable(table, sink));
      return { backend: backend.report.name, nObs: slice.nObs, embeddingSize, nParameters };
    } finally {
      backend.dispose();
    }
  },
};

/** Weights of the first layer belong to genes by position, so the genes must be the same in the same order. */
function requireGenes({ genes }: Model, varNames: readonly string[]): void {
  if (genes === null) return; // the shapes are checked all the same
  const longest = Math.max(genes.length, varNames.length);
  const at = Array.from({ length: longest }, (_, i) => i).find((i) => genes[i] !== varNames[i]);
  if (at === undefined) return;
  throw new LabError(
    "range",
    `The weights are for ${genes.length} genes and the slice has ${varNames.length}; ` +
      `gene ${at + 1} is ${genes[at] ?? "none"} there and ${varNames[at] ?? "none"} here.`,
    "Give a slice with the genes that the network was trained on, in the same order.",
  );
}
