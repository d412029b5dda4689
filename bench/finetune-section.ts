import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type BenchOptions, type BenchResult, type BenchRow, chosen, machine, progress, withFolder } from "./harness";

/** Views of the preset `spatialssl`, as words of the command line. */
const VIEWS = {
  "full graph": ["--epochs", "3"],
  // an epoch has 1,627 batches of 64; what a batch holds is known after the first
  "2-hop sub-graphs": ["--view", "ego", "--hops", "2", "--batch-size", "64", "--epochs", "1"],
};
type View = keyof typeof VIEWS;

/** What a run is stopped after, as by Ctrl+C; it then tells what it held. */
const LONGEST_MS = 180_000;

/**
 * Pretraining and fine-tuning of a section of the size of the largest of the paper's atlas, 130,112 cells x 550 genes with
 * about 22 neighbours within 40 µm, by the commands that a person runs: the most memory the whole process held.
 */
export default function bench(options: BenchOptions): BenchResult {
  const nObs = options.quick ? 3_000 : 130_112;
  const rows = withFolder((folder) => {
    const file = join(folder, "section.arrow");
    const size = ["--cells", String(nObs), "--genes", "550", "--density", "4444", "--seed", "1"];
    cli(["simulate", "--tissue", "hypothalamus", ...size, file]);
    const onWasm = ["--backend", "wasm"];
    const model = join(folder, "pretrained");
    const pretrained = cli(["pretrain", file, "--out", model, ...onWasm, ...VIEWS["full graph"]]);
    const tuned = chosen(Object.keys(VIEWS) as View[], (view) => view, options).map((view) => {
      const what = ["--model", model, "--label", "cell_type", "--out", join(folder, view)];
      return row(`fine-tuning, ${view}`, cli(["finetune", file, ...what, ...onWasm, ...VIEWS[view]]));
    });
    return [row("pretraining, full graph", pretrained), ...tuned];
  });
  return { name: "finetune-section", machine: machine(), rows };
}

interface Told {
  readonly secondsPerEpoch: number;
  readonly peakMemoryBytes: number;
}

function cli(words: readonly string[]): Told {
  progress(words.filter((word) => !word.includes("/")).join(" "));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join("scripts", "cli.mjs"), ...words, "--json"], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    timeout: LONGEST_MS,
    killSignal: "SIGINT",
  });
  const last = stdout.trim().split("\n").at(-1);
  if (!last?.startsWith("{")) throw new Error(`${words[0]} ended with ${status}: ${stderr}`);
  return JSON.parse(last) as Told;
}

function row(name: string, { secondsPerEpoch, peakMemoryBytes }: Told): BenchRow {
  return {
    case: name,
    oursMs: Math.round(1000 * secondsPerEpoch),
    peerMs: null,
    ratio: null,
    oursPeakBytes: peakMemoryBytes,
    peerPeakBytes: null,
  };
}
