import { resolve } from "node:path";
import { ATLAS, atlasSizes } from "../../src/core/simulate/atlas-sizes";
import { type SimulateOptions, settingsOf } from "../../src/core/simulate/options";
import type { Task } from "../../src/core/task";
import type { Arguments, Command } from "../command";
import { writeSimulated, writeSimulatedSections } from "../simulated-file";
import { writeFile } from "../write-file";

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

export const simulate: Command = {
  usage:
    "simulate --tissue cortex|embryo|hypothalamus [--cells N] [--genes N] [--sections N] [--seed N] [--library-size N] [--dispersion X] [--dropout P] [--ambient P] [--batch-effect X] [--density CELLS_PER_MM2] OUT.arrow | --atlas N … OUT_DIR",
  summary: "Writes synthetic tissue with known truth, or N sections of an atlas, one file each.",
  options: {
    atlas: { type: "string" },
    tissue: { type: "string" },
    ...(Object.fromEntries(Object.keys(NUMBERS).map((flag) => [flag, { type: "string" }])) as {
      [flag in keyof typeof NUMBERS]: { type: "string" };
    }),
  },
  positionals: ["OUT"],
  async run(args, { cwd, task, say }) {
    const [to] = args.positionals;
    if (args.has("atlas")) return simulateAtlas(args, resolve(cwd, to), task);
    if (!to.endsWith(".arrow")) throw args.wrong(`${to} does not end in .arrow`);
    const options = optionsOf(args);
    settingsOf(options); // refuses what is out of bounds before a file is begun
    const began = performance.now();
    const summary = await writeFile(resolve(cwd, to), (sink) => writeSimulated(options, sink, task));
    const seconds = (performance.now() - began) / 1000;
    say(`${to}: ${summary.nObs} cells in ${seconds.toFixed(1)} s`);
    return summary;
  },
};

/** As many of the 59 sections of the paper's atlas, at its sizes; `--cells` makes all of them smaller in proportion. */
async function simulateAtlas(args: Arguments, folder: string, task: Task): Promise<object> {
  if (args.has("sections")) throw args.wrong("--atlas says how many sections there are; leave out --sections");
  const sizes = atlasSizes(args.number("atlas", { min: 1, max: ATLAS.nSections, integer: true }));
  const total = sizes.reduce((a, b) => a + b, 0);
  const share = args.has("cells")
    ? args.number("cells", { min: 10 * sizes.length, max: total, integer: true }) / total
    : 1;
  const sectionCells = sizes.map((n) => Math.max(10, Math.round(share * n)));
  const options = { nGenes: ATLAS.nGenes, ...optionsOf(args), sectionCells };
  const files = await writeSimulatedSections(options, folder, task);
  return { nSections: files.length, nObs: sectionCells.reduce((a, b) => a + b, 0), files };
}

function optionsOf(args: Arguments): SimulateOptions {
  const numbers = Object.entries(NUMBERS).flatMap(([flag, key]) => (args.has(flag) ? [[key, args.number(flag)]] : []));
  return {
    tissue: args.choice("tissue", ["cortex", "embryo", "hypothalamus"]),
    ...(Object.fromEntries(numbers) as Omit<SimulateOptions, "tissue">),
  };
}
