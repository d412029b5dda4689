import { resolve } from "node:path";
import { type SimulateOptions, settingsOf } from "../../src/core/simulate/options";
import type { Arguments, Command } from "../command";
import { writeSimulated } from "../simulated-file";
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
    settingsOf(options); // refuses what is out of bounds before a file is begun
    const began = performance.now();
    const summary = await writeFile(resolve(cwd, to), (sink) => writeSimulated(options, sink, task));
    const seconds = (performance.now() - began) / 1000;
    say(`${to}: ${summary.nObs} cells in ${seconds.toFixed(1)} s`);
    return summary;
  },
};

function optionsOf(args: Arguments): SimulateOptions {
  const numbers = Object.entries(NUMBERS).flatMap(([flag, key]) => (args.has(flag) ? [[key, args.number(flag)]] : []));
  return {
    tissue: args.choice("tissue", ["cortex", "embryo", "hypothalamus"]),
    ...(Object.fromEntries(numbers) as Omit<SimulateOptions, "tissue">),
  };
}
