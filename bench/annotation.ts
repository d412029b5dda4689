import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { studyFolder } from "../cli/study-folder";
import type { AnnotationFile } from "../src/core/study/annotation/result";
import {
  type AnnotationRow,
  fractionWords,
  rowWords,
  type SslGain,
  summarizeAnnotation,
  viewWords,
} from "../src/core/study/annotation/summary";
import { type BenchOptions, CannotRun, type Machine, machine, progress } from "./harness";

/** On section 1_-0.09 of merfish_hypothalamus, 'Ambiguous' left out, three seeds. */
const goals = { view: "sub", allMicro: 0.93, allMacro: 0.82, fewMacro: 0.679, fewGain: 0.05, few: 1000 } as const;

/** F1, means over seeds with the ends of their 95 % intervals. */
interface ScoreRow {
  readonly case: string;
  readonly f1Micro: number;
  readonly microInterval: readonly (number | null)[];
  readonly f1Macro: number;
  readonly macroInterval: readonly (number | null)[];
  readonly balancedAccuracy: number;
  readonly calibrationError: number;
  readonly seconds: number;
  readonly goalMicro?: number;
  readonly goalMacro?: number;
  readonly reached?: boolean;
}

/** Macro F1 with SSL less without, on the same seeds. */
interface GainRow {
  readonly case: string;
  readonly gainMacro: number;
  readonly interval: readonly [number, number] | null;
  readonly p: number | null;
  readonly goalGain?: number;
  readonly reached?: boolean;
}

/**
 * The annotation study with preset lab beside logistic regression, on the same labels: F1 on a held-out section with all
 * labels and with 1,000, and what SSL gains. BENCH_STUDY names a folder in which the study is kept, so that a stopped
 * benchmark goes on; it must not outlive a change of the code.
 */
export default function bench({ quick }: BenchOptions): {
  readonly name: string;
  readonly machine: Machine;
  readonly rows: readonly (ScoreRow | GainRow)[];
} {
  const file = resolve("..", "shared", "data", "merfish_hypothalamus.h5ad");
  if (!existsSync(file)) throw new CannotRun("merfish_hypothalamus is not in ../shared/data, so nothing was measured.");
  const kept = process.env.BENCH_STUDY;
  const folder = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), "spatialssl-annotation-"));
  try {
    const out = join(folder, quick ? "annotation-quick" : "annotation");
    study(file, out, quick, folder);
    const results = studyFolder(out, ".")
      .read<AnnotationFile>("results")
      .flatMap(({ result }) => (result.kind === "pretrain" ? [] : [result]));
    const { rows, gains } = summarizeAnnotation(results);
    return { name: "annotation", machine: machine(), rows: [...rows.map(scoreRow), ...gains.map(gainRow)] };
  } finally {
    if (!kept) rmSync(folder, { recursive: true, force: true });
  }
}

/** As a person would run it: as many runs at a time as there are cores. */
function study(file: string, out: string, quick: boolean, folder: string): void {
  const whole = ["--preset", "lab", "--views", "full,sub", "--seeds", "3", "--fractions", `1,${goals.few}`];
  const recipe = join(folder, "quick.json");
  const little = ["--recipe", recipe, "--views", "full,sub", "--seeds", "1", "--fractions", "200"];
  if (quick) writeFileSync(recipe, JSON.stringify({ preset: "lab", pretrain_epochs: 1, train_epochs: 1 }));
  const words = [...(quick ? little : whole), "--ssl", "on,off", "--jobs", String(availableParallelism())];
  progress(`study annotation merfish_hypothalamus.h5ad ${words.join(" ")}`);
  const what = ["--label", "cell_class", "--unlabelled", "Ambiguous", "--test-section", "1_-0.09"];
  const all = ["study", "annotation", file, ...what, ...words, "--backend", "wasm", "--out", out, "--json"];
  const { status, error } = spawnSync(process.execPath, [join("scripts", "cli.mjs"), ...all], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (error || status !== 0) throw new Error(`The study failed${error ? `: ${error.message}` : ""}.`);
}

function scoreRow(row: AnnotationRow): ScoreRow {
  const { view, ssl, fraction, scores, expectedCalibrationError, seconds } = row;
  const { f1Micro, f1Macro, balancedAccuracy } = scores;
  return {
    case: `${rowWords(row)}, ${fractionWords(fraction)}`,
    f1Micro: f1Micro.mean,
    microInterval: [f1Micro.low, f1Micro.high],
    f1Macro: f1Macro.mean,
    macroInterval: [f1Macro.low, f1Macro.high],
    balancedAccuracy: balancedAccuracy.mean,
    calibrationError: expectedCalibrationError.mean,
    seconds: seconds.mean,
    ...(view === goals.view && ssl === "on" && goalOf(row)),
  };
}

function goalOf({ fraction, scores }: AnnotationRow): Partial<ScoreRow> {
  const [micro, macro] = [scores.f1Micro.mean, scores.f1Macro.mean];
  if (fraction === goals.few) return { goalMacro: goals.fewMacro, reached: macro > goals.fewMacro };
  if (fraction !== 1) return {};
  const { allMicro: goalMicro, allMacro: goalMacro } = goals;
  return { goalMicro, goalMacro, reached: micro >= goalMicro && macro >= goalMacro };
}

function gainRow({ configuration, view, fraction, gain }: SslGain): GainRow {
  const { difference, interval, p } = gain.f1Macro;
  const goal = { goalGain: goals.fewGain, reached: difference >= goals.fewGain };
  return {
    case: `${configuration}, ${viewWords(view)}, SSL less No SSL, ${fractionWords(fraction)}`,
    gainMacro: difference,
    interval,
    p,
    ...(view === goals.view && fraction === goals.few && goal),
  };
}
