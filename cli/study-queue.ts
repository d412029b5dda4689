import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LabError, toLabError } from "../src/core/errors";
import type { Task } from "../src/core/task";
import type { Context } from "./command";

export interface QueuedJob {
  readonly key: string;
}

export interface Queue<Job extends QueuedJob> {
  readonly jobs: readonly Job[];
  /** Runs at a time. 1 runs them in this process, one after the other; more gives each a process of its own. */
  readonly atOnce: number;
  /** Does the job and writes its file. */
  here(job: Job, task: Task): Promise<void>;
  /** The words of the command line that does these jobs and no other; it writes their failures itself. */
  words(jobs: readonly Job[]): readonly string[];
  /** Jobs of one word share a process, since what one has made serves the next; null for a process of its own. */
  readonly together?: ((job: Job) => string | null) | undefined;
  isDone(job: Job): boolean;
  /** What a process wrote down of a job that failed there. */
  failureOf(job: Job): LabError | null;
  /** Writes down that a job failed. */
  failed(job: Job, error: LabError): Promise<void>;
}

/**
 * Does the jobs that are not done yet. One that fails is written down and told; the others go on.
 *
 * @returns how many were done and how many failed; both are short of the jobs where the person stopped it
 */
export async function runQueue<Job extends QueuedJob>(
  queue: Queue<Job>,
  { cwd, task, say }: Pick<Context, "cwd" | "task" | "say">,
): Promise<{ readonly done: number; readonly failed: number }> {
  const waiting = queue.jobs.filter((job) => !queue.isDone(job));
  const found = queue.jobs.length - waiting.length;
  if (found > 0) say(`${found} of ${queue.jobs.length} runs are there already.`);
  const bundles = bundled(waiting, queue);
  const total = waiting.length;
  const began = performance.now();
  let [begun, done, failed] = [0, 0, 0];
  const ended = async (job: Job, error: LabError | null): Promise<void> => {
    if (!error) {
      done++;
      say(`${job.key}: done, ${found + done} of ${queue.jobs.length}${timeLeft(began, done, total - done - failed)}`);
      return;
    }
    failed++;
    await queue.failed(job, error);
    say(`${job.key}: failed (${error.code}). ${[error.message, error.hint].filter(Boolean).join(" ")}`);
  };
  const worker = async (): Promise<void> => {
    while (begun < bundles.length && !task.cancelled) {
      const at = begun++;
      const bundle = bundles[at];
      const own = queue.atOnce > 1;
      const thrown = await errorOf(
        own ? inChild(queue.words(bundle), cwd, task) : queue.here(bundle[0], jobTask(task, bundle[0].key, at, total)),
      );
      for (const job of bundle) {
        if (queue.isDone(job)) await ended(job, null);
        else if (thrown?.code === "cancelled" || task.cancelled) return;
        else await ended(job, thrown ?? (own ? queue.failureOf(job) : null) ?? noResult());
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(queue.atOnce, bundles.length) }, worker));
  return { done: found + done, failed };
}

function bundled<Job extends QueuedJob>(jobs: readonly Job[], { atOnce, together }: Queue<Job>): Job[][] {
  const bundles = new Map<string, Job[]>();
  for (const job of jobs) {
    const word = (atOnce > 1 && together?.(job)) || job.key;
    bundles.set(word, [...(bundles.get(word) ?? []), job]);
  }
  return [...bundles.values()];
}

async function errorOf(work: Promise<void>): Promise<LabError | null> {
  try {
    await work;
    return null;
  } catch (thrown) {
    return toLabError(thrown);
  }
}

const noResult = (): LabError => new LabError("internal", "The run ended without a result.");

/** The progress of one job as a part of all. */
function jobTask(task: Task, key: string, at: number, total: number): Task {
  return {
    progress: (done, of, what) =>
      task.progress(at + (of > 0 ? done / of : 0), total, `${key} (${at + 1} of ${total}): ${what}`),
    get cancelled() {
      return task.cancelled;
    },
  };
}

function timeLeft(began: number, done: number, left: number): string {
  if (left === 0) return "";
  const seconds = ((performance.now() - began) / 1000 / done) * left;
  return `, about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`} left`;
}

/**
 * Runs the command line in a process of its own, which writes its own results and failures. Ctrl+C is passed on.
 * @throws LabError if the process did not come to its end, or ended before it came to its jobs
 */
async function inChild(words: readonly string[], cwd: string, task: Task): Promise<void> {
  const child = spawn(process.execPath, [cliScript(), ...words, "--json"], {
    cwd,
    env: { ...process.env, INIT_CWD: cwd },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-4000);
  });
  let asked = false;
  const watch = setInterval(() => {
    if (!task.cancelled || asked) return;
    asked = true;
    child.kill("SIGINT");
  }, 100);
  try {
    const status = await new Promise<number | string>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
    if (status === 130) throw new LabError("cancelled", "The run was stopped.");
    const error = status === 0 ? null : failureOfChild(status, said);
    if (error) throw error;
  } finally {
    clearInterval(watch);
  }
}

/** What the whole process ended with, by its last words; null where single jobs failed, which it has written down. */
function failureOfChild(status: number | string, said: string): LabError | null {
  const lines = said.trim().split("\n");
  const at = lines.findLastIndex((line) => line.startsWith("error ("));
  const [, code, message] = /^error \((\w+)\): (.*)$/.exec(lines[at] ?? "") ?? [];
  if (code) return new LabError(code as LabError["code"], message, lines[at + 1] ?? "");
  if (status === 1) return null;
  const hint = status === "SIGKILL" ? "Likely the memory ended: run fewer at a time (--jobs)." : "";
  return new LabError("internal", `The process of the run ended with ${status}.`, hint, lines.slice(-5).join("\n"));
}

/** The script that started this program; the bundle and the sources lie at different depths below it. */
function cliScript(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const script = join(folder, "scripts", "cli.mjs");
    if (existsSync(script)) return script;
    if (dirname(folder) === folder) throw new LabError("internal", "scripts/cli.mjs was not found.");
  }
}
