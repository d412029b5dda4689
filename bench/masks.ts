import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import { buildGraph } from "../src/core/graph/build-graph";
import { type MaeConfig, maeInfo } from "../src/core/ssl/mae-config";
import { quiet } from "../src/core/task";
import { annotationRecipes } from "../src/core/train/annotation-presets";
import { defaultRecipe, type RunRecipe } from "../src/core/train/recipe";
import { createTrainer } from "../src/core/train/trainer";
import {
  type BenchOptions,
  type BenchResult,
  chosen,
  inFreshProcess,
  type Measured,
  machine,
  progress,
  row,
  timed,
} from "./harness";
import { randomSlice } from "./step-data";

interface Case {
  readonly name: string;
  readonly config: Partial<MaeConfig>;
  /** The network of the annotation preset `lab` in place of a GCN of 2 x 64. */
  readonly lab?: boolean;
}

/** What is hidden of 20,000 cells x 500 genes, each with every other setting the same. */
const CASES: readonly Case[] = [
  { name: "gcn, 20 % of the cells hidden", config: { maskRatio: 0.2 } },
  { name: "gcn, 20 % of the genes hidden", config: { mask: "none", entryRatio: 0.2 } },
  {
    name: "gcn, 50 % of the genes hidden, read as means",
    config: { mask: "none", entryRatio: 0.5, entryFill: "mean" },
  },
  { name: "gcn, 20 % of the genes hidden, error over all", config: { mask: "none", entryRatio: 0.2, errorOn: "all" } },
  { name: "lab, 50 % of the cells hidden", config: {}, lab: true },
  { name: "lab, its pretraining", config: { mask: "none", entryRatio: 0.5, entryFill: "mean" }, lab: true },
];

/** One step of masked expression on wasm, one thread, by what it hides; four in ten counts above zero, k = 6. */
export default function bench(options: BenchOptions): BenchResult {
  const nObs = options.quick ? 2_000 : 20_000;
  const rows = chosen(CASES, ({ name }) => name, options).map((one) => {
    progress(one.name);
    return row(one.name, inFreshProcess(import.meta.url, "runCase", { ...one, nObs }), null);
  });
  return { name: "masks", machine: machine(), rows };
}

/** Seven steps in this process, after two that warm up. */
export async function runCase({ config, lab, nObs }: Case & { nObs: number }): Promise<Measured> {
  const slice = randomSlice(nObs, 500, 0.38);
  const base: RunRecipe = lab ? annotationRecipes("lab", "full").pretrain : defaultRecipe({ backbone: "gcn" });
  const recipe = { ...base, config: { ...maeInfo.defaults, ...config } };
  const { graph } = buildGraph(slice.spatial, slice.section.codes, recipe.graph, quiet);
  const backend = await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false, threads: 1 }) });
  const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
  for (let i = 0; i < 2; i++) await trainer.step();
  const { ms, processorMs } = await timed(7, () => trainer.step());
  return { ms, processorMs, peakBytes: process.resourceUsage().maxRSS * 1024, made: null };
}
