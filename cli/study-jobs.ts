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

export const jobUsage = `--out DIR [--jobs N] [--threads N] [--only KEY,KEY | --plan] [--backend auto|webgpu|wasm|cpu] [--allow-software] ${memoryUsage}`;

export interface StudyJobs<Job extends QueuedJob> {
  readonly args: Arguments;
  readonly folder: StudyFolder;
  readonly jobs: readonly Job[];
  /** Of what another job needs first; those of stage 0 are done before those of stage 1. One stage unless told. */
  stageOf?(job: Job): number;
  /** Jobs of one word share a process, since what one has made serves the next; each has its own unless told. */
  together?(job: Job): string | null;
  /** Does the job and writes its file. */
  work(job: Job, devices: Devices, task: Task): Promise<void>;
  /** The words that name this study to another process: command, file and what the folder's plan does not hold. */
  readonly words: readonly string[];
}

/**
 * Does the jobs of a study that are not done yet, or those that --only names.
 * @returns the jobs that were named, null where all were meant
 */
export async function doStudyJobs<Job extends QueuedJob>(
  { args, folder, jobs, stageOf = () => 0, together, work, words }: StudyJobs<Job>,
  context: Context,
): Promise<readonly Job[] | null> {
  const { task, say } = context;
  const only = args.has("only") ? args.names("only").map((key) => requireJob(key, jobs, args)) : null;
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
    const wanted = only ?? jobs;
    const stages = [...new Set(wanted.map(stageOf))].sort((a, b) => a - b);
    let failed = 0;
    for (const stage of stages) {
      if (task.cancelled) break;
      const done = await runQueue(
        {
          jobs: wanted.filter((job) => stageOf(job) === stage),
          atOnce: only ? 1 : atOnce,
          here,
          together,
          words: (some) => {
            const keys = some.map(({ key }) => key).join(",");
            return [...words, ...givenWords(args), "--threads", String(threads), "--only", keys];
          },
          isDone: ({ key }) => folder.isDone(key),
          failureOf: ({ key }) => folder.readFailure(key),
          failed: ({ key }, error) => folder.writeFailure(key, failureOf(key, error)),
        },
        context,
      );
      failed += done.failed;
    }
    // another program asked for these and must see that one failed
    if (only && failed > 0) context.endWith(1);
    else if (failed > 0) say(`${failed} runs failed; the same command tries them again.`);
    return only;
  } finally {
    await devices.dispose();
  }
}

function requireJob<Job extends QueuedJob>(key: string, jobs: readonly Job[], args: Arguments): Job {
  const found = jobs.find((job) => job.key === key);
  if (found) return found;
  throw args.wrong(`--only: the plan has no run "${key}"; its first is "${jobs[0]?.key}", --plan lists all`);
}

/** What a process of its own is told beside the study's words; lists of methods, seeds and the like are in the folder's plan. */
function givenWords(args: Arguments): string[] {
  const flags = [...Object.keys(openOptions), ...Object.keys(memoryOptions), "backend", "allow-software", "out"];
  return flags
    .filter((flag) => args.has(flag))
    .flatMap((flag) => (flag === "allow-software" ? [`--${flag}`] : [`--${flag}`, args.text(flag)]));
}
