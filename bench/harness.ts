import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, platform, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

/** One comparison. null where the peer could not be run; the reason is on standard error. */
export interface BenchRow {
  readonly case: string;
  readonly oursMs: number;
  readonly peerMs: number | null;
  /** Peer's time over ours: above 1, ours is faster. */
  readonly ratio: number | null;
  /** Peak resident memory of the whole process that ran the case and nothing else, runtime and libraries included. */
  readonly oursPeakBytes: number;
  readonly peerPeakBytes: number | null;
  /** Processor time over all threads, where it was taken: what a shared machine still tells. */
  readonly oursProcessorMs?: number;
  readonly peerProcessorMs?: number | null;
}

export interface BenchResult {
  readonly name: string;
  readonly machine: Machine;
  readonly rows: readonly BenchRow[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly os: string;
  /** Where one was measured. */
  readonly gpu?: string;
}

export interface BenchOptions {
  readonly json: boolean;
  readonly quick: boolean;
  /** Lets a software GPU through, at sizes that only prove that the benchmark runs. */
  readonly software: boolean;
  /** Words of which a case's name must hold one; null for all cases. */
  readonly cases: readonly string[] | null;
}

/** Why a benchmark cannot run here, in a sentence for the person who asked for it. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}

/** Those whose name holds one of the words asked for, in lower case. @throws CannotRun if none does */
export function chosen<T>(all: readonly T[], nameOf: (one: T) => string, { cases }: BenchOptions): readonly T[] {
  const wanted = all.filter((one) => cases?.some((word) => nameOf(one).toLowerCase().includes(word.toLowerCase())));
  if (cases === null) return all;
  if (wanted.length > 0) return wanted;
  throw new CannotRun(`No case is named ${cases.join(" or ")}. There are: ${all.map(nameOf).join("; ")}.`);
}

/** Says on standard error what is being measured, for a run can take an hour. */
export function progress(what: string): void {
  console.error(`${new Date().toTimeString().slice(0, 8)}  ${what}`);
}

/** What one side reports of one case: each run's time, its peak memory, and what it made, to be the same on both sides. */
export interface Measured {
  readonly ms: readonly number[];
  /** Processor time of each run over all threads, and those of the processes that it started. */
  readonly processorMs?: readonly number[];
  readonly peakBytes: number;
  readonly made: unknown;
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    os: `${platform()} ${release()}`,
  };
}

/** Runs `work` `repeats` times in this process; call it in a process of its own (`inFreshProcess`). */
export function measure(repeats: number, work: () => unknown): Measured {
  const ms: number[] = [];
  let made: unknown;
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    made = work();
    ms.push(performance.now() - start);
  }
  return { ms, peakBytes: process.resourceUsage().maxRSS * 1024, made };
}

/** Runs `work` as often, each time to its end, and takes wall and processor time. */
export async function timed(repeats: number, work: () => Promise<unknown>) {
  const [ms, processorMs]: [number[], number[]] = [[], []];
  for (let i = 0; i < repeats; i++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    await work();
    ms.push(performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    processorMs.push((user + system) / 1000);
    if (ms.length >= ENOUGH_LONG_RUNS && Math.min(...ms) > LONG_RUN_MS) break;
  }
  return { ms, processorMs };
}

/** Three runs are enough where one takes ten seconds. */
const [ENOUGH_LONG_RUNS, LONG_RUN_MS] = [3, 10_000];

/**
 * Calls the named export of a bundled benchmark in a new Node process, so that peak memory is of one case alone.
 * It gets `argument` and returns, as a rule, a `Measured`.
 */
export function inFreshProcess<T = Measured>(bundleUrl: string, name: string, argument: unknown): T {
  const code = `const m = await import(process.argv[1]); console.log(JSON.stringify(await m[process.argv[2]](JSON.parse(process.argv[3]))));`;
  return run(process.execPath, ["--input-type=module", "-e", code, bundleUrl, name, JSON.stringify(argument)]);
}

/** Each set of peers has a Python of its own; PyTorch is large, and few benchmarks need it. */
type Peers = "science" | "squidpy" | "torch";

const PEERS = {
  science: { folder: ".venv", requirements: "requirements.txt", variable: "BENCH_PYTHON" },
  squidpy: { folder: ".venv-squidpy", requirements: "requirements-squidpy.txt", variable: "BENCH_PYTHON_SQUIDPY" },
  torch: { folder: ".venv-torch", requirements: "requirements-torch.txt", variable: "BENCH_PYTHON_TORCH" },
} as const;

/** What a peer ends with that needs more memory than there is. */
const OUT_OF_MEMORY = 3;

/**
 * Runs bench/peers/SCRIPT with the peers' Python; null, with the reason on standard error, where that cannot be had or
 * the machine's memory does not hold the peer.
 */
export function peer(script: string, args: readonly string[], peers: Peers = "science"): Measured | null {
  const python = peerPython(peers);
  if (python === null) return null;
  const words = [join("bench", "peers", script), ...args];
  progress(`  peer: ${script} ${args.filter((arg) => !arg.includes("/")).join(" ")}`);
  const { status, signal, stdout, stderr, error } = spawned(python, words);
  if (status === 0) {
    for (const line of stderr.split("\n")) if (line.startsWith("note: ")) progress(`  ${line}`);
    return JSON.parse(stdout) as Measured;
  }
  const outOfMemory = status === OUT_OF_MEMORY || signal === "SIGKILL" || stderr.includes("std::bad_alloc");
  if (!outOfMemory) throw new Error(`${words.join(" ")} failed: ${error ?? stderr}`);
  console.error(`${words.join(" ")} did not finish: ${stderr.trim().split("\n").at(-1) || signal}`);
  return null;
}

/** A folder for files that both sides read, removed afterwards. */
export function withFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "spatialssl-bench-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Medians side by side. @throws if the two sides did not make the same thing, for then they did not do the same work */
export function row(name: string, ours: Measured, theirs: Measured | null): BenchRow {
  if (theirs !== null && JSON.stringify(theirs.made) !== JSON.stringify(ours.made))
    throw new Error(`${name}: ours made ${JSON.stringify(ours.made)}, the peer ${JSON.stringify(theirs.made)}.`);
  const oursMs = median(ours.ms);
  const peerMs = theirs && median(theirs.ms);
  return {
    case: name,
    oursMs: rounded(oursMs),
    peerMs: peerMs && rounded(peerMs),
    ratio: peerMs && Number((peerMs / oursMs).toFixed(2)),
    oursPeakBytes: ours.peakBytes,
    peerPeakBytes: theirs?.peakBytes ?? null,
    ...(ours.processorMs && {
      oursProcessorMs: rounded(median(ours.processorMs)),
      peerProcessorMs: theirs?.processorMs ? rounded(median(theirs.processorMs)) : null,
    }),
  };
}

/** Whole milliseconds, or four digits of a short time. */
const rounded = (ms: number): number => (ms < 1000 ? Number(ms.toPrecision(4)) : Math.round(ms));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function run<T>(command: string, args: readonly string[]): T {
  const { status, stdout, stderr, error } = spawned(command, args);
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as T;
}

function spawned(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
}

const knownPython = new Map<Peers, string | null>();

/** Python of the peers' environment: the one that is named, else ours, made from its requirements where need be. */
function peerPython(peers: Peers): string | null {
  const known = process.env[PEERS[peers].variable] ?? knownPython.get(peers);
  if (known !== undefined) return known;
  const venv = join("bench", "peers", PEERS[peers].folder);
  const python = join(venv, platform() === "win32" ? "Scripts/python.exe" : "bin/python");
  const attempts: [string, string[]][] = existsSync(python)
    ? []
    : [
        ["python3", ["-m", "venv", venv]],
        [python, ["-m", "pip", "install", "--quiet", "-r", join("bench", "peers", PEERS[peers].requirements)]],
      ];
  for (const [command, args] of attempts) {
    console.error(`Preparing the peers: ${command} ${args.join(" ")}`);
    const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
    if (status !== 0) {
      console.error(`The peers are not measured: ${error?.message ?? stderr}`);
      rmSync(venv, { recursive: true, force: true });
      knownPython.set(peers, null);
      return null;
    }
  }
  knownPython.set(peers, python);
  return python;
}
