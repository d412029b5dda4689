import { readFileSync } from "node:fs";
import { openBackend } from "../../src/core/backend/open";
import { LabError } from "../../src/core/errors";
import { buildGraph } from "../../src/core/graph/build-graph";
import { writeEmbeddingTable } from "../../src/core/io/run-tables";
import type { CellLabels } from "../../src/core/slice/cell-labels";
import { positionsMicrons } from "../../src/core/slice/slice";
import { type RunRecipe, validateRecipe } from "../../src/core/train/recipe";
import { readSafetensors, type SafetensorsFile } from "../../src/core/train/safetensors";
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
    const weights = readSafetensors(new Uint8Array(readFileSync(model.path("model"))));
    const recipe = recipeOf(weights, model.name);
    const run = folderForRun(args.text("out"), cwd, { force: args.has("force") });
    const slice = await openFile(args.positionals[0], args, context);
    requireGenes(weights, slice.varNames);
    const { graph, statistics } = buildGraph(positionsMicrons(slice), slice.section.codes, recipe.graph, task);
    for (const warning of statistics.warnings) say(`warning: ${warning}`);

    const platform = await nodePlatform({ gpu: prefer === "auto" || prefer === "webgpu" });
    const backend = await openBackend({ prefer, allowSoftware: args.has("allow-software"), platform });
    try {
      const trainer = await createTrainer({ slice, graph, recipe, backend, ...learned(weights, slice.nObs) }, task);
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

/** The recipe that lies beside the weights in their file. */
function recipeOf({ metadata }: SafetensorsFile, folder: string): RunRecipe {
  const hint = "Write the recipe of a run.json, as JSON, under recipe in the metadata of the file; see docs/pyg.md.";
  if (metadata.recipe === undefined)
    throw new LabError("missing", `${folder}: the weights come without a recipe.`, hint);
  let value: unknown;
  try {
    value = JSON.parse(metadata.recipe);
  } catch (thrown) {
    throw new LabError("format", `${folder}: the recipe is not JSON: ${(thrown as Error).message}.`, hint);
  }
  return validateRecipe(value);
}

/** The classes that the weights tell apart, so that the slice need not have the label. */
function learned({ metadata }: SafetensorsFile, nObs: number): { labels?: CellLabels } {
  if (metadata.classes === undefined) return {};
  const classes = JSON.parse(metadata.classes) as string[];
  return { labels: { name: "", classes, codes: new Int32Array(nObs).fill(-1) } };
}

/** Weights of the first layer belong to genes by position, so the genes must be the same in the same order. */
function requireGenes({ metadata }: SafetensorsFile, varNames: readonly string[]): void {
  if (metadata.genes === undefined) return; // the shapes are checked all the same
  const genes = JSON.parse(metadata.genes) as string[];
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
