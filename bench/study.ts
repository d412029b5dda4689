import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { studyFolder } from "../cli/study-folder";
import type { StudyTable } from "../cli/study-table";
import { studyBackbones, studyMethods } from "../src/core/study/clustering/plan";
import type { ResultFile, StudyResult } from "../src/core/study/clustering/result";
import { summarizeStudy, type TableRow } from "../src/core/study/clustering/summary";
import { type BenchOptions, CannotRun, chosen, type Machine, machine, progress } from "./harness";

/** What must be reached on each slice: published scores, or those of baselines. */
const slices = [
  { name: "dlpfc_151673", label: "layer", goal: 0.638, flags: [] },
  { name: "dlpfc_151674", label: "layer", goal: 0.61, flags: [] },
  { name: "osmfish_ssp", label: "region", goal: 0.727, flags: [] },
  { name: "merfish_hypothalamus", label: "domain", goal: 0.58, flags: ["--sections", "1_-0.09"] },
] as const;
type RealSlice = (typeof slices)[number];
const meanGoal = 0.6;

/** The published study's methods, and one for graphs. */
const methods = [...studyMethods, "graphmae"];

const grid = { name: "grid of 24 runs, 5,000 simulated cells", cells: 5000, goalSeconds: 900 } as const;

/** What a run of the benchmark is of; words of --cases that name no method or backbone name slices or the grid. */
interface Part {
  readonly cases: readonly ((typeof slices)[number] | typeof grid)[];
  readonly methods: readonly string[];
  readonly backbones: readonly string[];
}

interface StudyRow {
  readonly case: string;
  /** The best method and backbone of the slice, and its mean and deviation over seeds. */
  readonly best: string;
  readonly ari: number;
  readonly sd: number | null;
  /** What the method that is best over all slices has here. */
  readonly bestOverall: string | null;
  readonly ariOverall: number | null;
  readonly baseline: string;
  readonly baselineAri: number | null;
  readonly goal: number;
  readonly above: number;
  readonly k: number | null;
  readonly failed: number;
}

interface GridRow {
  readonly case: string;
  readonly seconds: number;
  /** Of all runs' processes, which a busy machine changes little; null where the system does not say. */
  readonly processorSeconds: number | null;
  readonly goalSeconds: number;
  readonly failed: number;
}

/**
 * Preset lab on four real slices, matched k, three seeds, one way of clustering for methods and baselines: ARI beside the
 * goals. And the time of the whole grid on one slice. BENCH_STUDY names a folder in which the studies are kept, so that a
 * stopped benchmark goes on, and parts of it may be done one after the other; it must not outlive a change of the code. The
 * time of the grid is always measured anew.
 */
export default function bench(options: BenchOptions): {
  readonly name: string;
  readonly machine: Machine;
  readonly rows: readonly (StudyRow | GridRow)[];
} {
  const part = partOf(options);
  const kept = process.env.BENCH_STUDY;
  const folder = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), "spatialssl-study-"));
  mkdirSync(folder, { recursive: true });
  try {
    const studied = part.cases.flatMap((slice) => ("goal" in slice ? [studyOf(slice, part, folder, options)] : []));
    const rows: (StudyRow | GridRow)[] = rowsOf(studied.filter((s) => s !== null));
    if (part.cases.includes(grid)) rows.push(gridRow(folder, options));
    if (rows.length === 0) throw new CannotRun("Nothing was measured: the slices are not there.");
    return { name: "study", machine: machine(), rows };
  } finally {
    if (!kept) rmSync(folder, { recursive: true, force: true });
  }
}

/** Where methods or backbones are named the grid, whose time is of all of them, is left out. */
function partOf(options: BenchOptions): Part {
  const named = (all: readonly string[]) => all.filter((id) => options.cases?.includes(id));
  const [someMethods, someBackbones] = [named(methods), named(studyBackbones)];
  const rest = options.cases?.filter((word) => !someMethods.includes(word) && !someBackbones.includes(word)) ?? [];
  const some = someMethods.length > 0 || someBackbones.length > 0;
  const all = some ? slices : [...slices, grid];
  return {
    cases: chosen<Part["cases"][number]>(all, ({ name }) => name, { ...options, cases: rest.length > 0 ? rest : null }),
    methods: someMethods.length > 0 ? someMethods : methods,
    backbones: someBackbones.length > 0 ? someBackbones : studyBackbones,
  };
}

interface Studied {
  readonly goal: number;
  readonly failed: number;
  readonly results: readonly StudyResult[];
}

function studyOf(
  { name, label, goal, flags }: RealSlice,
  part: Part,
  folder: string,
  { quick }: BenchOptions,
): Studied | null {
  const file = resolve("..", "shared", "data", `${name}.h5ad`);
  if (!existsSync(file)) {
    console.error(`SKIPPED: ${name} is not in ../shared/data, so nothing was measured on it.`);
    return null;
  }
  const out = join(folder, quick ? `${name}-quick` : name);
  const little = ["--methods", "mae,vicreg", "--backbones", "gcn", "--seeds", "1", "--steps", "20"];
  const whole = ["--methods", part.methods.join(","), "--backbones", part.backbones.join(","), "--seeds", "3"];
  const words = ["--label", label, ...flags, ...(quick ? little : whole)];
  const { failed } = study(file, out, words);
  const results = studyFolder(out, ".").read<ResultFile>("results");
  return { goal, failed: failed.length, results: results.map(({ result }) => result) };
}

/** One row a slice, and their means: with the best of each slice, and with the one method that is best over all. */
function rowsOf(studied: readonly Studied[]): StudyRow[] {
  const { slices: summaries, acrossSlices } = summarizeStudy(studied.flatMap(({ results }) => results));
  const overall = acrossSlices.find(({ backbone, slices: n }) => backbone !== null && n === summaries.length);
  const rows = summaries.flatMap(({ slice, label, rows: table, bestMethod, bestBaseline }): StudyRow[] => {
    const of = studied.find(({ results }) => results[0]?.slice === slice);
    if (!bestMethod || !of) return [];
    const { mean, sd } = bestMethod.metrics.ari;
    const { goal, failed } = of;
    const same = table.find(({ name, backbone }) => name === overall?.name && backbone === overall.backbone);
    return [
      {
        case: `${slice}, ${label}`,
        best: nameOf(bestMethod),
        ari: mean ?? 0,
        sd,
        bestOverall: overall ? nameOf(overall) : null,
        ariOverall: same?.metrics.ari.mean ?? null,
        baseline: bestBaseline?.name ?? "",
        baselineAri: bestBaseline?.metrics.ari.mean ?? null,
        goal,
        above: (mean ?? 0) - goal,
        k: bestMethod.k.mean,
        failed,
      },
    ];
  });
  if (rows.length < slices.length) return rows;
  const ari = mean(rows.map((row) => row.ari));
  return [
    ...rows,
    {
      case: "mean over slices",
      best: "each slice's best",
      ari,
      sd: null,
      bestOverall: overall ? nameOf(overall) : null,
      ariOverall: overall?.mean ?? null,
      baseline: "each slice's best",
      baselineAri: mean(rows.map((row) => row.baselineAri ?? 0)),
      goal: meanGoal,
      above: ari - meanGoal,
      k: null,
      failed: rows.reduce((sum, row) => sum + row.failed, 0),
    },
  ];
}

function gridRow(folder: string, { quick }: BenchOptions): GridRow {
  const cells = quick ? 300 : grid.cells;
  const file = join(folder, "grid.arrow");
  const out = join(folder, "grid");
  rmSync(out, { recursive: true, force: true });
  cli(["simulate", "--tissue", "cortex", "--cells", String(cells), "--genes", "500", "--seed", "1", file]);
  const [began, used] = [performance.now(), childrenSeconds()];
  const words = ["--label", "domain", "--methods", "all", "--backbones", "all", "--seeds", "1", "--baselines", "none"];
  const { failed } = study(file, out, [...words, ...(quick ? ["--steps", "2"] : [])]);
  const seconds = (performance.now() - began) / 1000;
  const spent = childrenSeconds();
  const processorSeconds = spent === null || used === null ? null : spent - used;
  return { case: grid.name, seconds, processorSeconds, goalSeconds: grid.goalSeconds, failed: failed.length };
}

/** Processor time of the processes that have ended of those that this one started, and of theirs: proc(5), cutime and cstime. */
function childrenSeconds(): number | null {
  if (!existsSync("/proc/self/stat")) return null;
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** As a person would run it: as many runs at a time as there are cores. */
function study(file: string, out: string, words: readonly string[]): StudyTable {
  progress(`study clustering ${file.split("/").at(-1)} ${words.join(" ")}`);
  const jobs = String(availableParallelism());
  const flags = ["--preset", "lab", "--backend", "wasm", "--jobs", jobs, "--out", out];
  return cli(["study", "clustering", file, ...words, ...flags]) as StudyTable;
}

function cli(words: readonly string[]): unknown {
  const { status, stdout, error } = spawnSync(process.execPath, [join("scripts", "cli.mjs"), ...words, "--json"], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (error || status !== 0) throw new Error(`${words.join(" ")} failed${error ? `: ${error.message}` : ""}.`);
  return JSON.parse(stdout);
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

const nameOf = ({ name, backbone }: Pick<TableRow, "name" | "backbone">): string => `${name} · ${backbone}`;
