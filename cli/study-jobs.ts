import { toLabError } from "../src/core/errors";
import { failureOf } from "../src/core/study/clustering/run-one";
import type { Task } from "../src/core/task";
import type { Arguments, Context } from "./command";
import { memoryOptions, memoryUsage } from "./memory-limit";
import { openOptions } from "./open-file";
import { type Devices, defaultThreads, deviceOf } from "./study-device";
import type { StudyFolder } from "./study-folder";
import { type QueuedJob, runQueue } from "./study-queue";

/** Options of every study that say how its jobs are done, not what they are. */
export const jobOptions = {
  ...memoryOptions,
  out: { type: "string" },
  jobs: { type: "string" },
  threads: { type: "string" },
  only: { type: "string" },
  plan: { type: "boolean" },
  backend: { type: "string" },
  "allow-software": { type: "boolean" },
} as const;

export const jobUsage = `--out DIR [--jobs N] [--threads N] [--only KEY | --plan] [--backend auto|webgpu|wasm|cpu] [--allow-software] ${memoryUsage}`;

export interface StudyJobs<Job extends QueuedJob> {
  readonly args: Arguments;
  readonly folder: StudyFolder;
  readonly jobs: readonly Job[];
  /** Of what another job needs first; those of stage 0 are done before those of stage 1. One stage unless told. */
  stageOf?(job: Job): number;
  /** Does the job and writes its file. */
  work(job: Job, devices: Devices, task: Task): Promise<void>;
  /** The words that name this study to another process: command, file and what the folder's plan does not hold. */
  readonly words: readonly string[];
}

/**
 * Does the jobs of a study that are not done yet, or the one that --only names.
 * @returns the job that was named, null where all were meant
 */
export async function doStudyJobs<Job extends QueuedJob>(
  { args, folder, jobs, stageOf = () => 0, work, words }: StudyJobs<Job>,
  context: Context,
): Promise<Job | null> {
  const { task, say } = context;
  const only = args.has("only") ? requireJob(args.text("only"), jobs, args) : null;
  const atOnce = args.number("jobs", { min: 1, max: 256, integer: true }, 1);
  const threads = args.number("threads", { min: 1, max: 256, integer: true }, defaultThreads(atOnce));
  const devices = deviceOf(args, threads, say);
  context.holdInterrupts();
  const here = async (job: Job, its: Task): Promise<void> => {
    try {
      await work(job, devices, its);
    } catch (thrown) {
      // what a failed run left on the device must not reach the next one
      if (["device", "internal"].includes(toLabError(thrown).code)) await devices.dispose();
      throw thrown;
    }
  };
  try {
    if (only) {
      if (!folder.isDone(only.key)) await orFail(folder, only.key, () => here(only, task));
      return only;
    }
    const stages = [...new Set(jobs.map(stageOf))].sort((a, b) => a - b);
    let failed = 0;
    for (const stage of stages) {
      if (task.cancelled) break;
      const done = await runQueue(
        {
          jobs: jobs.filter((job) => stageOf(job) === stage),
          atOnce,
          here,
          words: (job) => [...words, ...givenWords(args), "--threads", String(threads), "--only", job.key],
          isDone: ({ key }) => folder.isDone(key),
          failed: ({ key }, error) => folder.writeFailure(key, failureOf(key, error)),
        },
        context,
      );
      failed += done.failed;
    }
    if (failed > 0) say(`${failed} runs failed; the same command tries them again.`);
    return null;
  } finally {
    await devices.dispose();
  }
}

function requireJob<Job extends QueuedJob>(key: string, jobs: readonly Job[], args: Arguments): Job {
  const found = jobs.find((job) => job.key === key);
  if (found) return found;
  throw args.wrong(`--only: the plan has no run "${key}"; its first is "${jobs[0]?.key}", --plan lists all`);
}

/** A single run is asked for by another program, which must see that it failed. */
async function orFail(folder: StudyFolder, key: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const error = toLabError(thrown);
    if (error.code !== "cancelled") await folder.writeFailure(key, failureOf(key, error));
    throw error;
  }
}

/** What a process of its own is told beside the study's words; lists of methods, seeds and the like are in the folder's plan. */
function givenWords(args: Arguments): string[] {
  const flags = [...Object.keys(openOptions), ...Object.keys(memoryOptions), "backend", "allow-software", "out"];
  return flags
    .filter((flag) => args.has(flag))
    .flatMap((flag) => (flag === "allow-software" ? [`--${flag}`] : [`--${flag}`, args.text(flag)]));
}
