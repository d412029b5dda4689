import { resolve } from "node:path";
import { chunksOf, createArrowWriter, layoutOf } from "../../src/core/io/arrow";
import { type SimulateOptions, settingsOf } from "../../src/core/simulate/options";
import { simulateChunks, simulateSlice } from "../../src/core/simulate/simulate-slice";
import { createSimulation } from "../../src/core/simulate/simulation";
import { type SliceSummary, summarize } from "../../src/core/slice/summary";
import type { Task } from "../../src/core/task";
import type { Arguments, Command } from "../command";
import { streamedSummary } from "../streamed-summary";
import { type Sink, writeFile } from "../write-file";

/** Flags of numbers and the settings they stand for; bounds and defaults are the simulation's own. */
const NUMBERS = {
  cells: "nCells",
  genes: "nGenes",
  sections: "nSections",
  seed: "seed",
  "library-size": "librarySize",
  dispersion: "dispersion",
  dropout: "dropout",
  ambient: "ambient",
  "batch-effect": "batchEffect",
  density: "cellsPerMm2",
} as const satisfies Record<string, keyof SimulateOptions>;

/** Cells times genes up to which a slice is held whole, so that its file has one batch and opens without a copy. */
const WHOLE_UP_TO = 1e8;

export const simulate: Command = {
  usage:
    "simulate --tissue cortex|embryo|hypothalamus [--cells N] [--genes N] [--sections N] [--seed N] [--library-size N] [--dispersion X] [--dropout P] [--ambient P] [--batch-effect X] [--density CELLS_PER_MM2] OUT.arrow",
  summary: "Writes synthetic tissue with known truth.",
  options: {
    tissue: { type: "string" },
    ...(Object.fromEntries(Object.keys(NUMBERS).map((flag) => [flag, { type: "string" }])) as {
      [flag in keyof typeof NUMBERS]: { type: "string" };
    }),
  },
  positionals: ["OUT.arrow"],
  async run(args, { cwd, task, say }) {
    const [to] = args.positionals;
    if (!to.endsWith(".arrow")) throw args.wrong(`${to} does not end in .arrow`);
    const options = optionsOf(args);
    const { nCells, nGenes } = settingsOf(options);
    const began = performance.now();
    let summary: SliceSummary | undefined;
    await writeFile(resolve(cwd, to), (sink) => {
      summary = nCells * nGenes <= WHOLE_UP_TO ? writeWhole(options, sink, task) : writeStream(options, sink, task);
    });
    const seconds = (performance.now() - began) / 1000;
    say(`${nCells} cells in ${seconds.toFixed(1)} s`);
    return summary!;
  },
};

function optionsOf(args: Arguments): SimulateOptions {
  const numbers = Object.entries(NUMBERS).flatMap(([flag, key]) => (args.has(flag) ? [[key, args.number(flag)]] : []));
  return {
    tissue: args.choice("tissue", ["cortex", "embryo", "hypothalamus"]),
    ...(Object.fromEntries(numbers) as Omit<SimulateOptions, "tissue">),
  };
}

function writeWhole(options: SimulateOptions, sink: Sink, task: Task): SliceSummary {
  const slice = simulateSlice(options, task);
  const writer = createArrowWriter(layoutOf(slice), sink);
  for (const chunk of chunksOf(slice)) writer.write(chunk);
  writer.finish();
  return summarize(slice);
}

/** Batch by batch: of the counts only one batch is ever in memory. */
function writeStream(options: SimulateOptions, sink: Sink, task: Task): SliceSummary {
  const simulation = createSimulation(options, task);
  const { nCells, nGenes } = simulation.settings;
  const cellsPerBatch = Math.max(1000, Math.floor(WHOLE_UP_TO / 4 / nGenes));
  const summary = streamedSummary(nCells);
  let writer: ReturnType<typeof createArrowWriter> | undefined;
  for (const chunk of simulateChunks(simulation, task, cellsPerBatch)) {
    writer ??= createArrowWriter(layoutOf(chunk), sink);
    for (const cells of chunksOf(chunk)) writer.write(cells);
    summary.add(chunk);
  }
  writer?.finish();
  return summary.result();
}
