import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import type { Backend } from "../../src/core/backend/backend";
import { openBackend } from "../../src/core/backend/open";
import { toLabError } from "../../src/core/errors";
import type { Slice } from "../../src/core/slice/slice";
import {
  type ClusteringPlan,
  jobsOf,
  joinPlans,
  resultFile,
  type StudyJob,
  validatePlan,
} from "../../src/core/study/clustering/plan";
import { type PreparedSlice, prepareSlice } from "../../src/core/study/clustering/prepare-slice";
import type { FailedRun, ResultFile } from "../../src/core/study/clustering/result";
import { failureOf, resultFileOf, runJob } from "../../src/core/study/clustering/run-one";
import type { Task } from "../../src/core/task";
import type { Arguments, Command, Context } from "../command";
import { memoryLimits, memoryOptions, memoryUsage } from "../memory-limit";
import { openFile, openOptions, openUsage } from "../open-file";
import { nodePlatform } from "../platform";
import { requireFit } from "../run-budget";
import { type StudyFolder, studyFolder } from "../study-folder";
import { planOf, planOptions, planUsage } from "../study-plan-options";
import { runQueue } from "../study-queue";
import { studyTable } from "../study-table";

export const studyClustering: Command = {
  usage: `study clustering FILE ${planUsage} --out DIR [--jobs N] [--threads N] [--only KEY | --plan] [--backend auto|webgpu|wasm|cpu] [--allow-software] ${memoryUsage} ${openUsage}`,
  summary:
    "Trains methods on backbones over seeds, clusters and scores them beside baselines; goes on where it stopped.",
  options: {
    ...openOptions,
    ...planOptions,
    ...memoryOptions,
    out: { type: "string" },
    jobs: { type: "string" },
    threads: { type: "string" },
    only: { type: "string" },
    plan: { type: "boolean" },
    backend: { type: "string" },
    "allow-software": { type: "boolean" },
  },
  positionals: ["FILE"],
  async run(args, context) {
    const { cwd, task, say } = context;
    const atOnce = args.number("jobs", { min: 1, max: 256, integer: true }, 1);
    const folder = studyFolder(args.text("out"), cwd, { create: true });
    const slice = await openFile(args.positionals[0], args, context);
    const plan = planIn(folder, args, slice);
    const [of] = plan.slices;
    const jobs = jobsOf(plan);
    const prepared = prepareSlice(slice, of);
    const known = folder.readPlan();
    const joined = known === null ? plan : joinPlans(validatePlan(known), plan);
    if (JSON.stringify(known) !== JSON.stringify(joined)) await folder.writePlan(joined);
    if (args.has("plan"))
      return { plan, jobs: jobs.map(({ key }) => ({ key, file: resultFile(key), done: folder.isDone(key) })) };

    const only = args.has("only") ? requireJob(args.text("only"), jobs, args) : null;
    const threads = args.number("threads", { min: 1, max: 256, integer: true }, defaultThreads(atOnce));
    const devices = deviceOf(args, threads, say);
    context.holdInterrupts();
    const here = (job: StudyJob, task: Task) => doJob({ args, folder, plan, prepared, devices }, job, task);
    try {
      if (only) {
        if (!folder.isDone(only.key)) await orFail(folder, only, () => here(only, task));
      } else {
        const { done, failed } = await runQueue(
          {
            jobs,
            atOnce,
            here,
            words: (job) => childWords(args, of.name, threads, job),
            isDone: ({ key }) => folder.isDone(key),
            failed: ({ key }, error) => folder.writeFailure(key, failureOf(key, error)),
          },
          context,
        );
        if (done < jobs.length && failed > 0) say(`${failed} runs failed; the same command tries them again.`);
      }
    } finally {
      await devices.dispose();
    }
    const wanted = new Set(only ? [only.key] : jobsOf(joined).map(({ key }) => key));
    const results = folder.read<ResultFile>("results").map(({ result }) => result);
    const failures = folder.read<FailedRun>("failures").filter(({ key }) => !folder.isDone(key));
    return studyTable(
      results.filter(({ key }) => wanted.has(key)),
      failures.filter(({ key }) => wanted.has(key)),
    );
  },
};

function planIn(folder: StudyFolder, args: Arguments, slice: Slice): ClusteringPlan {
  const before = folder.readPlan();
  return planOf(args, slice.name, before === null ? null : validatePlan(before));
}

function requireJob(key: string, jobs: readonly StudyJob[], args: Arguments): StudyJob {
  const found = jobs.find((job) => job.key === key);
  if (found) return found;
  throw args.wrong(`--only: the plan has no run "${key}"; its first is "${jobs[0]?.key}", --plan lists all`);
}

async function doJob(
  {
    args,
    folder,
    plan,
    prepared,
    devices,
  }: {
    readonly args: Arguments;
    readonly folder: StudyFolder;
    readonly plan: ClusteringPlan;
    readonly prepared: PreparedSlice;
    readonly devices: Devices;
  },
  job: StudyJob,
  task: Task,
): Promise<void> {
  try {
    const outcome = await runJob(
      {
        ...{ plan, job, prepared, backend: devices.open },
        breathe: () => setImmediate(), // lets a Ctrl+C come through
        async check(input) {
          await requireFit(input, memoryLimits(args, input.backend), task);
        },
      },
      task,
    );
    await folder.writeResult(job.key, resultFileOf(outcome));
  } catch (thrown) {
    // what a failed run left on the device must not reach the next one
    if (["device", "internal"].includes(toLabError(thrown).code)) await devices.dispose();
    throw thrown;
  }
}

/** A single run is asked for by another program, which must see that it failed. */
async function orFail(folder: StudyFolder, { key }: StudyJob, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const error = toLabError(thrown);
    if (error.code !== "cancelled") await folder.writeFailure(key, failureOf(key, error));
    throw error;
  }
}

interface Devices {
  open(): Promise<Backend>;
  dispose(): Promise<void>;
}

/** The backend that runs share, opened with the first that needs one. */
function deviceOf(args: Arguments, threads: number, say: Context["say"]): Devices {
  const prefer = args.choice("backend", ["auto", "webgpu", "wasm", "cpu"], "auto");
  let opened: Promise<Backend> | null = null;
  const open = async (): Promise<Backend> => {
    const platform = await nodePlatform({ gpu: prefer === "auto" || prefer === "webgpu", threads });
    const backend = await openBackend({ prefer, allowSoftware: args.has("allow-software"), platform });
    const { name, adapter, why } = backend.report;
    say(`backend: ${name}${adapter ? ` on ${adapter}` : ""}${threads > 1 ? `, ${threads} threads` : ""}. ${why}`);
    return backend;
  };
  return {
    open() {
      opened ??= open();
      return opened;
    },
    async dispose() {
      const backend = opened;
      opened = null;
      (await backend?.catch(() => null))?.dispose();
    },
  };
}

/** The cores shared out among the runs that go on at once. */
function defaultThreads(atOnce: number): number {
  return Math.max(1, Math.floor(availableParallelism() / atOnce));
}

/** Everything but the lists that the study was called with; the folder's plan holds those. */
function childWords(args: Arguments, name: string, threads: number, { key }: StudyJob): string[] {
  const flags = [...Object.keys(openOptions), ...Object.keys(memoryOptions), "backend", "allow-software", "out"];
  const given = flags.filter((flag) => args.has(flag)).flatMap((flag) => wordsOf(args, flag));
  const [file] = args.positionals;
  return ["study", "clustering", file, ...given, "--name", name, "--threads", String(threads), "--only", key];
}

function wordsOf(args: Arguments, flag: string): string[] {
  return flag === "allow-software" ? [`--${flag}`] : [`--${flag}`, args.text(flag)];
}
