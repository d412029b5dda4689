import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import { buildGraph } from "../src/core/graph/build-graph";
import type { GraphRecipe } from "../src/core/graph/spatial-graph";
import { simulateSlice } from "../src/core/simulate/simulate-slice";
import { positionsMicrons } from "../src/core/slice/slice";
import { quiet } from "../src/core/task";
import { predictMemory } from "../src/core/train/budget";
import { probeEpoch } from "../src/core/train/epoch-probe";
import { defaultRecipe, type RunRecipe } from "../src/core/train/recipe";
import { sliceShape } from "../src/core/train/stand-in-slice";
import { createTrainer } from "../src/core/train/trainer";
import { type BenchOptions, chosen, inFreshProcess, type Machine, machine, progress } from "./harness";

interface Case {
  readonly nObs: number;
  readonly nVars: number;
  readonly graph?: GraphRecipe;
  readonly recipe: Partial<Omit<RunRecipe, "encoder">>;
  readonly encoder: Partial<RunRecipe["encoder"]>;
}

/** What was said before a run, and what it then took. */
interface BudgetRow {
  readonly case: string;
  readonly predictedBytes: number;
  readonly measuredBytes: number;
  /** Predicted over measured. */
  readonly bytesRatio: number;
  /** The wasm heap, with the free room between its arrays. */
  readonly heapBytes: number;
  readonly predictedMs: number;
  /** Median of seven epochs after a first one. */
  readonly measuredMs: number;
  /** Predicted over measured. */
  readonly msRatio: number;
  /** Cells that the time was predicted from, and what the two predictions took. */
  readonly probedCells: number;
  readonly countingMs: number;
  readonly probingMs: number;
}

const CASES: readonly Case[] = [
  { nObs: 3_000, nVars: 200, recipe: { backbone: "gat" }, encoder: {} },
  { nObs: 5_600, nVars: 135, recipe: { backbone: "gcn" }, encoder: { layers: 3, batchNorm: false, dropout: 0 } },
  { nObs: 10_000, nVars: 500, recipe: { backbone: "sage" }, encoder: { hidden: 128, skip: true } },
  { nObs: 20_000, nVars: 500, recipe: { backbone: "gat" }, encoder: { hidden: 256 } },
  { nObs: 20_000, nVars: 2_000, recipe: { backbone: "gcn" }, encoder: { hidden: 128 } },
  {
    nObs: 20_000,
    nVars: 500,
    recipe: { backbone: "sage", view: { kind: "ego", hops: 2, batchSize: 1024 } },
    encoder: { hidden: 128 },
  },
  {
    nObs: 30_000,
    nVars: 300,
    recipe: { backbone: "gatv2", graph: { kind: "radius", radiusMicrons: 40 } },
    encoder: { layers: 4, hidden: 64, attentionDropout: 0.1 },
  },
];

/**
 * Memory and time of an epoch as predicted before a run and as measured in it, on one thread of wasm. Times are processor
 * times, so that other work on the machine does not come between the prediction and what it is held against.
 */
export default function bench(options: BenchOptions): { name: string; machine: Machine; rows: BudgetRow[] } {
  const cases = options.quick ? CASES.map((c) => ({ ...c, nObs: Math.min(c.nObs, 4_000) })) : CASES;
  const rows = chosen(cases, nameOf, options).map((c) => {
    progress(nameOf(c));
    return inFreshProcess<BudgetRow>(import.meta.url, "runCase", c);
  });
  return { name: "budget", machine: machine(), rows };
}

function nameOf({ nObs, nVars, recipe, encoder }: Case): string {
  const { layers, hidden } = { ...defaultRecipe().encoder, ...encoder };
  const view = recipe.view && recipe.view.kind !== "full" ? `, batches of ${recipe.view.batchSize}` : "";
  return `${recipe.backbone}, ${nObs} cells x ${nVars} genes, ${layers} x ${hidden}${view}`;
}

export async function runCase(c: Case): Promise<BudgetRow> {
  const base = defaultRecipe(c.recipe);
  const recipe = { ...base, encoder: { ...base.encoder, ...c.encoder } };
  const slice = simulateSlice({ tissue: "cortex", nCells: c.nObs, nGenes: c.nVars, seed: 1 }, quiet);
  const { graph } = buildGraph(positionsMicrons(slice), slice.section.codes, recipe.graph, quiet);
  const backend = await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false, threads: 1 }) });

  const [budget, countingMs] = await timed(() =>
    predictMemory({ shape: sliceShape(slice), graph, recipe, backend: backend.report }, quiet),
  );
  const [probe, probingMs] = await timed(() => probeEpoch({ slice, graph, recipe, backend, clock }, quiet));

  const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
  const ms: number[] = [];
  for (let epoch = 0; epoch < 8; epoch++) {
    const [, spent] = await timed(async () => {
      while (trainer.epoch === epoch) await trainer.step();
    });
    ms.push(spent);
  }
  await trainer.embed();
  await trainer.cellLosses();
  const sorted = ms.slice(1).sort((a, b) => a - b); // the first one warms up
  const median = sorted[sorted.length >> 1];
  const { peakBytes, heldBytes } = backend.memory();
  return {
    case: nameOf(c),
    predictedBytes: budget.deviceBytes,
    measuredBytes: peakBytes,
    bytesRatio: Number((budget.deviceBytes / peakBytes).toFixed(3)),
    heapBytes: heldBytes,
    predictedMs: Math.round(probe.milliseconds),
    measuredMs: Math.round(median),
    msRatio: Number((probe.milliseconds / median).toFixed(2)),
    probedCells: probe.cells,
    countingMs: Math.round(countingMs),
    probingMs: Math.round(probingMs),
  };
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = clock();
  const result = await work();
  return [result, clock() - began];
}

/** Processor time of this process, milliseconds: on one thread the time of a machine that does nothing else. */
function clock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
