import { buildGraph } from "../../src/core/graph/build-graph";
import { writeEmbeddingTable } from "../../src/core/io/run-tables";
import { positionsMicrons } from "../../src/core/slice/slice";
import { type BaselineRecipe, embedBaseline } from "../../src/core/study/baselines/baseline";
import type { Arguments, Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { clearRun, folderForRun } from "../run-folder";
import { writeFile } from "../write-file";
import { embeddingTable } from "../write-run";
import { graphOptions, graphRecipe, graphUsage } from "./graph";

export const baseline: Command = {
  usage: `baseline FILE --method pca|neighbour-mean|banksy --out DIR [--components N] [--input standardised|log1p] [--means once|twice|all] [--lambda X] [--banksy-k N] [--seed N] [--force] ${graphUsage} ${openUsage}`,
  summary: "Embeds a slice without learning, for cluster and evaluate; what a network should beat.",
  options: {
    ...openOptions,
    ...graphOptions,
    method: { type: "string" },
    out: { type: "string" },
    components: { type: "string" },
    input: { type: "string" },
    means: { type: "string" },
    lambda: { type: "string" },
    "banksy-k": { type: "string" },
    seed: { type: "string" },
    force: { type: "boolean" },
  },
  positionals: ["FILE"],
  async run(args, context) {
    const recipe = recipeOf(args);
    const neighbours = graphRecipe(args, { kind: "knn", k: 6, symmetrize: "none" });
    const run = folderForRun(args.text("out"), context.cwd, { force: args.has("force") });
    const slice = await openFile(args.positionals[0], args, context);
    const began = performance.now();
    const { graph } = buildGraph(positionsMicrons(slice), slice.section.codes, neighbours, context.task);
    const { embedding, size } = embedBaseline(slice, graph, recipe, context.task);
    const seconds = (performance.now() - began) / 1000;
    const table = await embeddingTable(slice, { embed: async () => embedding, embeddingSize: size });
    clearRun(run);
    await writeFile(run.path("embedding"), (sink) => writeEmbeddingTable(table, sink));
    return { method: recipe.kind, nObs: slice.nObs, embeddingSize: size, seconds, recipe };
  },
};

function recipeOf(args: Arguments): BaselineRecipe {
  const kind = args.choice("method", ["pca", "neighbour-mean", "banksy"]);
  const belongs = { "neighbour-mean": ["means"], banksy: ["lambda", "banksy-k"], pca: [] } as const;
  for (const [method, flags] of Object.entries(belongs))
    for (const flag of flags)
      if (method !== kind && args.has(flag)) throw args.wrong(`--${flag} belongs to --method ${method}`);
  if (kind === "banksy" && args.has("input")) throw args.wrong("--input belongs to --method pca or neighbour-mean");
  const seed = args.number("seed", { min: 0, max: 2 ** 32 - 1, integer: true }, 0);
  const nComponents = args.number("components", { min: 1, max: 512, integer: true }, kind === "banksy" ? 20 : 30);
  if (kind === "banksy") {
    const lambda = args.number("lambda", { min: 0, max: 1 }, 0.2);
    return { kind, lambda, k: args.number("banksy-k", { min: 1, max: 1000, integer: true }, 15), nComponents, seed };
  }
  const input = args.choice("input", ["standardised", "log1p"], "standardised");
  if (kind === "pca") return { kind, nComponents, input, seed };
  return { kind, means: args.choice("means", ["once", "twice", "all"], "once"), nComponents, input, seed };
}
