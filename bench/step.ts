import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import type { GraphRecipe } from "../src/core/graph/spatial-graph";
import { quiet } from "../src/core/task";
import { defaultRecipe, type RunRecipe } from "../src/core/train/recipe";
import { writeSafetensors } from "../src/core/train/safetensors";
import { createTrainer, type Trainer } from "../src/core/train/trainer";
import {
  type BenchOptions,
  type BenchResult,
  type BenchRow,
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
import { readStepData, type StepData, writeStepData } from "./step-data";

/** One full-batch step of masked expression (forward, backward, AdamW). */
export interface StepWork extends StepData {
  readonly backbones: readonly RunRecipe["backbone"][];
  readonly layers: number;
  readonly hidden: number;
  readonly repeats: number;
}

/** Where both sides run: on the processor, on one GPU, or ours alone on a software GPU, slowly. */
export type StepDevice = "processor" | "gpu" | "software gpu";

/** The peer's ways to do the same (bench/README.md); TF32 is a shorter float that only its GPUs have. */
function waysOf(device: StepDevice, backbone: RunRecipe["backbone"]): string[] {
  if (device === "software gpu") return ["plain"];
  const ways = backbone === "gat" ? ["plain", "tuned", "rewritten"] : ["plain", "tuned"];
  return device === "gpu" ? [...ways, "tf32"] : ways;
}

/** @param bundleUrl  of a bundle that exports `oursStep` */
export function stepBench(name: string, work: StepWork, options: BenchOptions, bundleUrl: string): BenchResult {
  return { name, machine: machine(), rows: stepRows(work, options, bundleUrl) };
}

/** Ours, on wasm or WebGPU, beside PyTorch Geometric, for each backbone. */
export function stepRows(
  work: StepWork,
  options: BenchOptions,
  bundleUrl: string,
  device: StepDevice = "processor",
): BenchRow[] {
  const backbones = chosen(work.backbones, (backbone) => backbone, options);
  return withFolder((folder) => {
    progress(`writing ${work.nObs} cells x ${work.nVars} genes`);
    writeStepData(folder, work);
    return backbones.flatMap((backbone) => {
      progress(`${backbone}, ours on the ${device}`);
      const ours = inFreshProcess(bundleUrl, "oursStep", { ...work, folder, backbone, device } satisfies OursStep);
      return waysOf(device, backbone).map((way) => {
        const args = [folder, way, String(work.repeats), device === "processor" ? "cpu" : "cuda"];
        return row(`${backbone} ${way}`, ours, device === "software gpu" ? null : peer("step.py", args, "torch"));
      });
    });
  });
}

const WARM_UP = 2;

interface OursStep extends StepWork {
  readonly folder: string;
  readonly backbone: RunRecipe["backbone"];
  readonly device: StepDevice;
}

/**
 * Steps in this process after two that warm up; leaves the network in the folder, for the peer to take up. Each step
 * ends when its loss has been read, and with it all that the GPU was told before.
 */
export async function oursStep(work: OursStep): Promise<Measured> {
  const { folder, repeats, device } = work;
  const { slice, graph } = readStepData(folder, work);
  const onGpu = device !== "processor";
  const backend = await openBackend({
    prefer: onGpu ? "webgpu" : "wasm",
    allowSoftware: device === "software gpu",
    platform: await nodePlatform({ gpu: onGpu }),
  });
  const trainer = await createTrainer({ slice, graph, recipe: recipeOf(work, work.backbone), backend }, quiet);
  await writeNetwork(folder, trainer, slice.nVars);
  for (let step = 0; step < WARM_UP; step++) await trainer.step();
  const times = await timed(repeats, () => trainer.step());
  const peakBytes = onGpu ? backend.memory().peakBytes : process.resourceUsage().maxRSS * 1024;
  return { ...times, peakBytes, made: madeOf(trainer, slice.X.data.length, graph.indices.length) };
}

/** The trainer's network as the peer takes it up. */
export async function writeNetwork(folder: string, trainer: Trainer, nVars: number): Promise<void> {
  const metadata = { recipe: JSON.stringify(trainer.recipe), genes: JSON.stringify(Array(nVars).fill("")) };
  writeFileSync(join(folder, "model.safetensors"), writeSafetensors(await trainer.weights(), metadata));
}

/** What both sides must have worked on alike. */
export function madeOf({ nParameters }: Trainer, counts: number, edges: number) {
  return { parameters: nParameters, counts, edges };
}

function recipeOf({ layers, hidden, graph }: StepWork, backbone: RunRecipe["backbone"]): RunRecipe {
  const { encoder, config } = defaultRecipe();
  return defaultRecipe({
    backbone,
    graph,
    encoder: { ...encoder, layers, hidden, heads: 4 },
    config: { ...config, maskFill: "zero" },
  });
}

const KNN: GraphRecipe = { kind: "knn", k: 6, symmetrize: "union" };

/** 20,000 cells x 500 genes, 2 x 256, k = 6. */
const SMALL: StepWork = {
  nObs: 20_000,
  nVars: 500,
  backbones: ["gcn", "sage", "gat"],
  layers: 2,
  hidden: 256,
  graph: KNN,
  repeats: 5,
};

export const STEPS = {
  small: SMALL,
  /** The size of a MOSTA section: 121,767 cells x 3,000 genes, 2 x 256, k = 6. */
  mosta: { ...SMALL, nObs: 121_767, nVars: 3_000 },
  /** The seed paper's largest section: 130,112 cells x 550 genes, 4 GAT layers of 64, all neighbours within 40 µm. */
  section: {
    nObs: 130_112,
    nVars: 550,
    backbones: ["gat"],
    layers: 4,
    hidden: 64,
    graph: { kind: "radius", radiusMicrons: 40 },
    repeats: 5,
  },
} as const satisfies Record<string, StepWork>;

/** `--quick`: the same shape of work, small enough for a minute; `--software`: for a GPU that is none. */
export function sized(work: StepWork, { quick, software }: BenchOptions): StepWork {
  const limits = software ? [200, 60, 1] : quick ? [4_000, 300, 3] : null;
  if (limits === null) return work;
  const [nObs, nVars, repeats] = limits;
  return { ...work, nObs: Math.min(nObs, work.nObs), nVars: Math.min(nVars, work.nVars), repeats };
}
