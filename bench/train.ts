import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import { buildGraph } from "../src/core/graph/build-graph";
import type { Backbone } from "../src/core/nn/encoder-spec";
import { createRng, integer } from "../src/core/random";
import type { Slice } from "../src/core/slice/slice";
import { packStrings } from "../src/core/slice/utf8-column";
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
  progress,
  row,
} from "./harness";

interface Case {
  readonly nObs: number;
  readonly nVars: number;
  readonly backbone: Backbone;
  readonly hidden: number;
}

/** One epoch of masked expression on wasm, one thread: 10 % of counts non-zero, k = 6, two layers, four heads. */
export default function bench(options: BenchOptions): BenchResult {
  const { quick } = options;
  const small = { nObs: 2_500, nVars: 500, hidden: 64 };
  const cases: Case[] = [
    { ...small, backbone: "gat" },
    { ...small, backbone: "gatv2" },
    { ...small, backbone: "sage" },
    { ...small, backbone: "gcn" },
  ];
  if (!quick) {
    cases.push({ ...small, backbone: "gat", hidden: 256 });
    cases.push({ ...small, backbone: "gat", nObs: 25_000 });
    cases.push({ ...small, backbone: "gat", nVars: 5_000 });
  }
  const nameOf = (c: Case) => `${c.backbone}, ${c.nObs} cells x ${c.nVars} genes, 2 x ${c.hidden}`;
  const rows = chosen(cases, nameOf, options).map((c) => {
    progress(nameOf(c));
    return row(nameOf(c), inFreshProcess(import.meta.url, "runCase", c), null);
  });
  return { name: "train", machine: machine(), rows };
}

/** Eleven epochs in this process, after three that warm up. */
export async function runCase({ nObs, nVars, backbone, hidden }: Case): Promise<Measured> {
  const slice = randomSlice(nObs, nVars);
  const recipe = defaultRecipe({ backbone });
  const graph = buildGraph(slice.spatial, slice.section.codes, recipe.graph, quiet).graph;
  const backend = await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false, threads: 1 }) });
  const encoder = { ...recipe.encoder, hidden };
  const trainer = await createTrainer({ slice, graph, recipe: { ...recipe, encoder }, backend }, quiet);
  const ms: number[] = [];
  for (let epoch = 0; epoch < 14; epoch++) {
    const { milliseconds } = await trainer.step();
    if (epoch >= 3) ms.push(milliseconds);
  }
  return { ms, peakBytes: process.resourceUsage().maxRSS * 1024, made: null };
}

/** Counts without structure, one in ten above zero: time depends on how many there are, not on what they say. */
function randomSlice(nObs: number, nVars: number): Slice {
  const rng = createRng(1);
  const indptr = new Uint32Array(nObs + 1);
  const indices: number[] = [];
  for (let i = 0; i < nObs; i++) {
    for (let j = 0; j < nVars; j++) if (rng() < 0.1) indices.push(j);
    indptr[i + 1] = indices.length;
  }
  const name = "random counts";
  return {
    name,
    nObs,
    nVars,
    X: { indptr, indices: Uint16Array.from(indices), data: Uint8Array.from(indices, () => 1 + integer(rng, 5)) },
    countState: "counts",
    obsNames: packStrings([]),
    varNames: [],
    spatial: Float32Array.from({ length: 2 * nObs }, () => 15 * Math.sqrt(nObs) * rng()),
    unit: { name: "µm", micronsPerUnit: 1, origin: "declared" },
    obs: [],
    section: { codes: new Int8Array(nObs), names: [name] },
    provenance: { file: "", format: "simulated", matrix: "X", notes: [] },
  };
}
