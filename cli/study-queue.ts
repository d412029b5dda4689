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
  /** The words of the command line that does this one job and no other. */
  words(job: Job): readonly string[];
  isDone(job: Job): boolean;
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
  const total = waiting.length;
  let [begun, done, failed] = [0, 0, 0];
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (begun < total && !task.cancelled) {
      const job = waiting[begun++];
      const at = begun;
      try {
        if (queue.atOnce > 1) await inChild(queue.words(job), cwd, task);
        else await queue.here(job, jobTask(task, job.key, at, total));
        if (!queue.isDone(job)) throw new LabError("internal", "The run ended without a result.");
        done++;
        say(`${job.key}: done, ${found + done} of ${queue.jobs.length}${timeLeft(began, done, total - done - failed)}`);
      } catch (thrown) {
        const error = toLabError(thrown);
        if (error.code === "cancelled" || task.cancelled) return;
        failed++;
        await queue.failed(job, error);
        say(`${job.key}: failed (${error.code}). ${[error.message, error.hint].filter(Boolean).join(" ")}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(queue.atOnce, total) }, worker));
  return { done: found + done, failed };
}

/** The progress of one job as a part of all. */
function jobTask(task: Task, key: string, at: number, total: number): Task {
  return {
    progress: (done, of, what) =>
      task.progress(at - 1 + (of > 0 ? done / of : 0), total, `${key} (${at} of ${total}): ${what}`),
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

/** Runs the command line in a process of its own, which writes its own files. Ctrl+C is passed on. */
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
    if (status === 0) return;
    if (status === 130) throw new LabError("cancelled", "The run was stopped.");
    throw failureOfChild(status, said);
  } finally {
    clearInterval(watch);
  }
}

/** The child's own error where it said one: "error (code): message", then the hint. */
function failureOfChild(status: number | string, said: string): LabError {
  const lines = said.trim().split("\n");
  const at = lines.findLastIndex((line) => line.startsWith("error ("));
  const [, code, message] = /^error \((\w+)\): (.*)$/.exec(lines[at] ?? "") ?? [];
  if (code) return new LabError(code as LabError["code"], message, lines[at + 1] ?? "");
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
