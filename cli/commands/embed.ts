import { readFileSync } from "node:fs";
import { openBackend } from "../../src/core/backend/open";
import { buildGraph } from "../../src/core/graph/build-graph";
import { writeEmbeddingTable } from "../../src/core/io/run-tables";
import { positionsMicrons } from "../../src/core/slice/slice";
import { readModel } from "../../src/core/train/model-file";
import { modelInput, nothingLabelled } from "../../src/core/train/model-input";
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
    const trained = readModel(new Uint8Array(readFileSync(model.path("model"))), model.name);
    const { recipe, classes } = trained;
    const run = folderForRun(args.text("out"), cwd, { force: args.has("force") });
    const own = await openFile(args.positionals[0], args, context);
    const { slice, statistics, notes, missingGenes } = modelInput(trained, own);
    const { graph, statistics: facts } = buildGraph(positionsMicrons(slice), slice.section.codes, recipe.graph, task);
    for (const warning of facts.warnings) say(`warning: ${warning}`);
    for (const note of notes) say(`note: ${note}`);

    const platform = await nodePlatform({ gpu: prefer === "auto" || prefer === "webgpu" });
    const backend = await openBackend({ prefer, allowSoftware: args.has("allow-software"), platform });
    try {
      const labels = classes && { labels: nothingLabelled(classes, slice.nObs) };
      const input = { slice, graph, recipe, backend, ...labels, ...(statistics && { statistics }) };
      const trainer = await createTrainer(input, task);
      for (const note of trainer.notes) say(`note: ${note}`);
      trainer.load(trained.arrays);
      const table = await embeddingTable(slice, trainer);
      const { nParameters, embeddingSize } = trainer;
      trainer.dispose();
      clearRun(run);
      await writeFile(run.path("embedding"), (sink) => writeEmbeddingTable(table, sink));
      return {
        ...{ backend: backend.report.name, nObs: slice.nObs, embeddingSize, nParameters },
        missingGenes: missingGenes.length,
      };
    } finally {
      backend.dispose();
    }
  },
};
