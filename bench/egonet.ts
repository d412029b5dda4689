import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import { quiet } from "../src/core/task";
import { defaultRecipe } from "../src/core/train/recipe";
import { createTrainer } from "../src/core/train/trainer";
import {
  type BenchOptions,
  type BenchResult,
  chosen,
  inFreshProcess,
  type Measured,
  machine,
  peer,
  progress,
  row,
  timed,
  withFolder,
} from "./harness";
import { madeOf, STEPS, sized, writeNetwork } from "./step";
import { readStepData, type StepData, writeStepData } from "./step-data";

interface EgoWork extends StepData {
  readonly folder: string;
  readonly hops: number;
  readonly batchSize: number;
  readonly nBatches: number;
  readonly repeats: number;
}

const WAYS = ["plain", "tuned"];

/**
 * One pass over 10,048 target cells of step-section's slice, 64 at a time, in their ego-nets of two hops: building the
 * batches, and a step of masked expression on each. Two GAT layers of 64, for as many hops as layers make merged
 * neighbourhoods exact, so that both sides compute the same whether they merge or not.
 */
export default function bench(options: BenchOptions): BenchResult {
  const ways = chosen(WAYS, (way) => way, options);
  const data = sized(STEPS.section, options);
  return withFolder((folder) => {
    progress(`writing ${data.nObs} cells x ${data.nVars} genes`);
    writeStepData(folder, data);
    const work: EgoWork = {
      ...{ nObs: data.nObs, nVars: data.nVars, graph: data.graph, folder },
      ...{ hops: 2, batchSize: 64, nBatches: options.quick ? 24 : 157, repeats: options.quick ? 1 : 3 },
    };
    progress("gat, ours");
    const ours = inFreshProcess(import.meta.url, "oursPass", work);
    const numbers = [work.repeats, work.hops, work.batchSize, work.nBatches * work.batchSize].map(String);
    const rows = ways.map((way) => row(`gat ${way}`, ours, peer("egonet.py", [folder, way, ...numbers], "torch")));
    return { name: "egonet", machine: machine(), rows };
  });
}

/** Passes in this process after eight batches that warm up. */
export async function oursPass({ folder, hops, batchSize, nBatches, repeats, ...data }: EgoWork): Promise<Measured> {
  const { slice, graph } = readStepData(folder, data);
  const { encoder, config } = defaultRecipe();
  const recipe = defaultRecipe({
    backbone: "gat",
    graph: data.graph,
    encoder: { ...encoder, layers: hops, hidden: 64, heads: 4 },
    config: { ...config, maskFill: "zero" },
    view: { kind: "ego", hops, batchSize },
  });
  const backend = await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false }) });
  const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
  await writeNetwork(folder, trainer, slice.nVars);
  const batches = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++) await trainer.step();
  };
  await batches(8);
  const times = await timed(repeats, () => batches(nBatches));
  const made = { ...madeOf(trainer, slice.X.data.length, graph.indices.length), targets: nBatches * batchSize };
  return { ...times, peakBytes: process.resourceUsage().maxRSS * 1024, made };
}
