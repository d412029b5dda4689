import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import { buildGraph } from "../src/core/graph/build-graph";
import type { GraphRecipe, SpatialGraph } from "../src/core/graph/spatial-graph";
import { createRng, integer } from "../src/core/random";
import type { Slice } from "../src/core/slice/slice";
import { packStrings } from "../src/core/slice/utf8-column";
import { quiet } from "../src/core/task";
import { defaultRecipe, type RunRecipe } from "../src/core/train/recipe";
import { writeSafetensors } from "../src/core/train/safetensors";
import { createTrainer } from "../src/core/train/trainer";
import {
  type BenchOptions,
  type BenchResult,
  type BenchRow,
  inFreshProcess,
  type Measured,
  machine,
  peer,
  row,
  withFolder,
} from "./harness";

/** One full-batch step of masked expression (forward, backward, AdamW), ours on wasm beside PyTorch Geometric. */
export interface StepWork {
  readonly nObs: number;
  readonly nVars: number;
  readonly backbones: readonly RunRecipe["backbone"][];
  readonly layers: number;
  readonly hidden: number;
  readonly graph: GraphRecipe;
  readonly repeats: number;
}

const FILES = {
  indptr: Uint32Array,
  indices: Uint16Array,
  counts: Uint8Array,
  edgePtr: Uint32Array,
  edges: Uint32Array,
};
const SPACING_MICRONS = 15;

/** @param bundleUrl  of a bundle that exports `oursStep` */
export function stepBench(name: string, work: StepWork, bundleUrl: string): BenchResult {
  const rows = withFolder((folder) => {
    const { X, spatial, section } = randomSlice(work);
    const { graph } = buildGraph(spatial, section.codes, work.graph, quiet);
    const arrays = { ...X, counts: X.data, edgePtr: graph.indptr, edges: graph.indices };
    for (const file of Object.keys(FILES) as (keyof typeof FILES)[]) writeFileSync(join(folder, file), arrays[file]);
    return work.backbones.flatMap((backbone) => stepRows(folder, work, backbone, bundleUrl));
  });
  return { name, machine: machine(), rows };
}

/** The one measurement of ours beside each of the peer's ways to do the same. */
function stepRows(folder: string, work: StepWork, backbone: RunRecipe["backbone"], bundleUrl: string): BenchRow[] {
  const ours = inFreshProcess(bundleUrl, "oursStep", { ...work, folder, backbone });
  return ["plain", "tuned"].map((way) => {
    const theirs = peer("step.py", [folder, way, String(work.repeats)], "torch");
    return row(`${backbone} ${way}`, ours, theirs);
  });
}

/** Steps in this process after two that warm up; leaves the network in the folder, for the peer to take up. */
export async function oursStep(
  work: StepWork & { folder: string; backbone: RunRecipe["backbone"] },
): Promise<Measured> {
  const { folder, nObs, nVars, repeats } = work;
  const read = (file: keyof typeof FILES) => new FILES[file](Uint8Array.from(readFileSync(join(folder, file))).buffer);
  const indptr = read("indptr") as Uint32Array;
  const X = { indptr, indices: read("indices") as Uint16Array, data: read("counts") as Uint8Array };
  const edges = read("edges") as Uint32Array;
  const graph: SpatialGraph = {
    nNodes: nObs,
    indptr: read("edgePtr") as Uint32Array,
    indices: edges,
    distances: new Float32Array(edges.length),
  };
  const slice = sliceOf(nObs, nVars, X);
  const backend = await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false }) });
  const trainer = await createTrainer({ slice, graph, recipe: recipeOf(work, work.backbone), backend }, quiet);
  const metadata = { recipe: JSON.stringify(trainer.recipe), genes: JSON.stringify(Array(nVars).fill("")) };
  writeFileSync(join(folder, "model.safetensors"), writeSafetensors(await trainer.weights(), metadata));
  const ms: number[] = [];
  for (let step = 0; step < repeats + 2; step++) {
    const { milliseconds } = await trainer.step();
    if (step >= 2) ms.push(milliseconds);
  }
  const made = { parameters: trainer.nParameters, counts: X.data.length, edges: edges.length };
  return { ms, peakBytes: process.resourceUsage().maxRSS * 1024, made };
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

/** Counts without structure, one in ten above zero: time depends on how many there are, not on what they say. */
function randomSlice({ nObs, nVars }: StepWork): Slice {
  const rng = createRng(1);
  const indptr = new Uint32Array(nObs + 1);
  const indices = new Uint16Array(Math.ceil(nObs * nVars * 0.11) + 1000);
  let n = 0;
  for (let i = 0; i < nObs; i++) {
    for (let j = 0; j < nVars; j++) if (rng() < 0.1) indices[n++] = j;
    indptr[i + 1] = n;
  }
  const data = Uint8Array.from({ length: n }, () => 1 + integer(rng, 5));
  return sliceOf(nObs, nVars, { indptr, indices: indices.slice(0, n), data });
}

function sliceOf(nObs: number, nVars: number, X: Slice["X"]): Slice {
  const name = "random counts";
  const rng = createRng(2);
  const width = SPACING_MICRONS * Math.sqrt(nObs);
  return {
    name,
    nObs,
    nVars,
    X,
    countState: "counts",
    obsNames: packStrings([]),
    varNames: [],
    spatial: Float32Array.from({ length: 2 * nObs }, () => width * rng()),
    unit: { name: "µm", micronsPerUnit: 1, origin: "declared" },
    obs: [],
    section: { codes: new Int8Array(nObs), names: [name] },
    provenance: { file: "", format: "simulated", matrix: "X", notes: [] },
  };
}

const KNN: GraphRecipe = { kind: "knn", k: 6, symmetrize: "union" };

/** `--quick`: the same shape of work, small enough for a minute. */
export function stepWork(work: Partial<StepWork>, { quick }: BenchOptions): StepWork {
  const full = { nObs: 20_000, nVars: 500, layers: 2, hidden: 256, graph: KNN, repeats: 5, ...work };
  const all = { backbones: ["gcn", "sage", "gat"] as const, ...full };
  return quick ? { ...all, nObs: Math.min(4_000, all.nObs), nVars: Math.min(300, all.nVars), repeats: 3 } : all;
}
