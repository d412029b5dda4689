import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodePlatform } from "../cli/platform";
import { fileStore } from "../cli/section-folder";
import { sectionsAhead } from "../cli/section-thread";
import { writeSimulatedSections } from "../cli/simulated-file";
import { openBackend } from "../src/core/backend/open";
import { surveySections } from "../src/core/collection/collection";
import { ATLAS, atlasSizes } from "../src/core/simulate/atlas-sizes";
import { quiet } from "../src/core/task";
import { defaultRecipe } from "../src/core/train/recipe";
import { sectionStatistics, sectionsHere } from "../src/core/train/section-source";
import { createSectionTrainer } from "../src/core/train/section-trainer";
import { type BenchOptions, CannotRun, chosen, inFreshProcess, machine, progress } from "./harness";

interface Case {
  readonly nSections: number;
  /** All sections smaller in this proportion. */
  readonly share: number;
  readonly folder: string;
  /** Whether the next section is prepared in a thread while one is trained on. */
  readonly ahead: boolean;
}

/** One epoch over the sections of an atlas. */
export interface AtlasRow {
  readonly case: string;
  readonly sections: number;
  readonly cells: number;
  readonly largestSection: number;
  readonly entries: number;
  readonly oursMs: number;
  readonly oursProcessorMs: number;
  /** Time in which nothing was computed because a section was not there yet. */
  readonly waitedMs: number;
  /** Looking at every section once, before the epoch. */
  readonly surveyMs: number;
  /** Of the process: runtime, the section on the device, the next one, and what was freed and not given back. */
  readonly oursPeakBytes: number;
  readonly peakTensorBytes: number;
  readonly heapBytes: number;
  readonly loss: number | null;
  /** Against the row of fewest sections prepared in the same way: of cells, time and peak memory. */
  readonly growth: { readonly cells: number; readonly time: number; readonly memory: number };
}

const BYTES_A_CELL = 1_000; // on disk, generously

/**
 * Pretraining over an atlas: one epoch of masked expression on full graphs, GAT of four layers of width 64, 550 genes, radius
 * 40 µm; 4, 16 and 59 simulated sections at the paper's sizes. Memory should follow the largest section, time the number of cells.
 */
export default function bench(options: BenchOptions) {
  const share = options.quick ? 0.01 : 1;
  const folder = mkdtempSync(join(tmpdir(), "spatialssl-atlas-"));
  try {
    const counts = options.quick ? [2, 4] : [4, 16, 59];
    const cases = counts.flatMap((nSections) =>
      // beside the thread also without it, where that takes minutes
      (nSections === counts[0] ? [true, false] : [true]).map((ahead): Case => ({ nSections, share, folder, ahead })),
    );
    const nameOf = ({ nSections, ahead }: Case) => `${nSections} sections${ahead ? "" : ", prepared between steps"}`;
    const rows: AtlasRow[] = [];
    for (const one of chosen(cases, nameOf, options)) {
      progress(nameOf(one));
      write(one);
      const measured = inFreshProcess<Omit<AtlasRow, "case" | "growth">>(import.meta.url, "runCase", one);
      const base = rows.find((row) => row.case.includes("between") !== one.ahead) ?? { ...measured };
      const ratio = (a: number, b: number): number => Number((a / b).toFixed(2));
      rows.push({
        case: nameOf(one),
        ...measured,
        growth: {
          cells: ratio(measured.cells, base.cells),
          time: ratio(measured.oursMs, base.oursMs),
          memory: ratio(measured.oursPeakBytes, base.oursPeakBytes),
        },
      });
    }
    return { name: "atlas", machine: machine(), rows };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Sections of a case, in place of those of the one before. In a process of its own, which no peak memory is of. */
function write({ nSections, share, folder }: Case): void {
  if (readdirSync(folder).length === nSections) return;
  for (const file of readdirSync(folder)) rmSync(join(folder, file));
  const sizes = atlasSizes(nSections).map((n) => Math.round(share * n));
  const { bavail, bsize } = statfsSync(folder);
  const needed = BYTES_A_CELL * sizes.reduce((a, b) => a + b, 0);
  if (bavail * bsize < needed)
    throw new CannotRun(
      `${Math.ceil(needed / 2 ** 30)} GiB are needed in ${tmpdir()}, there are ${Math.floor((bavail * bsize) / 2 ** 30)}.`,
    );
  inFreshProcess(import.meta.url, "simulate", { folder, sizes });
}

export async function simulate({ folder, sizes }: { folder: string; sizes: number[] }): Promise<null> {
  const options = { tissue: "hypothalamus", nGenes: ATLAS.nGenes, sectionCells: sizes, seed: 1 } as const;
  await writeSimulatedSections(options, folder, quiet);
  return null;
}

export async function runCase({ folder, ahead }: Case): Promise<Omit<AtlasRow, "case" | "growth">> {
  const paths = readdirSync(folder).map((file) => join(folder, file));
  const store = fileStore(paths);
  const began = performance.now();
  const collection = await surveySections(store);
  const surveyMs = Math.round(performance.now() - began);
  const recipe = defaultRecipe({
    encoder: { layers: 4, hidden: 64, heads: 4, batchNorm: true, dropout: 0.1, attentionDropout: 0, skip: false },
    graph: { kind: "radius", radiusMicrons: 40 },
    optimizer: { learningRate: 2e-3, weightDecay: 0 },
    epochs: 1,
  });
  const train = collection.sections.map(({ nObs }, section) => ({ section, nTargets: nObs }));
  const numbers = train.map(({ section }) => section);
  const plan = { recipe, statistics: await sectionStatistics(store, collection, recipe, numbers), classes: null };
  const { varNames, labels, sections } = collection;
  const readable = { varNames, labels, sections: sections.map(({ file, name, nObs }) => ({ file, name, nObs })) };
  const thread = ahead ? sectionsAhead({ paths, collection: readable, plan }) : null;
  const source = thread ?? sectionsHere(store, readable, plan);
  const backend = await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false }) });
  const [start, used] = [performance.now(), process.cpuUsage()];
  const trainer = await createSectionTrainer({ plan, source, backend, nVars: varNames.length, train, validation: [] });
  let loss: number | null = null;
  for (let n = 0; n < trainer.nBatches; n++) {
    const step = await trainer.step();
    const held = Math.round(backend.memory().heldBytes / 2 ** 20);
    progress(`  section ${step.section + 1}: ${Math.round(step.milliseconds)} ms, heap ${held} MiB`);
    loss = step.epochLoss;
  }
  const { user, system } = process.cpuUsage(used);
  const row = {
    sections: sections.length,
    cells: collection.nObs,
    largestSection: Math.max(...sections.map(({ nObs }) => nObs)),
    entries: sections.reduce((n, { nnz }) => n + nnz, 0),
    oursMs: Math.round(performance.now() - start),
    oursProcessorMs: Math.round((user + system) / 1000),
    waitedMs: Math.round(trainer.waitedMs),
    surveyMs,
    oursPeakBytes: process.resourceUsage().maxRSS * 1024,
    peakTensorBytes: trainer.peakBytes(),
    heapBytes: backend.memory().heldBytes,
    loss,
  };
  trainer.dispose();
  await thread?.close();
  backend.dispose();
  return row;
}
