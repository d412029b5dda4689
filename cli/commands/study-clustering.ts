import { setImmediate } from "node:timers/promises";
import type { Slice } from "../../src/core/slice/slice";
import {
  type ClusteringPlan,
  jobsOf,
  joinPlans,
  resultFile,
  type StudyJob,
  validatePlan,
} from "../../src/core/study/clustering/plan";
import { prepareSlice } from "../../src/core/study/clustering/prepare-slice";
import type { FailedRun, ResultFile } from "../../src/core/study/clustering/result";
import { resultFileOf, runJob } from "../../src/core/study/clustering/run-one";
import type { Arguments, Command } from "../command";
import { memoryLimits } from "../memory-limit";
import { openFile, openOptions, openUsage } from "../open-file";
import { requireFit } from "../run-budget";
import { componentsIn } from "../study-components";
import { type StudyFolder, studyFolder } from "../study-folder";
import { doStudyJobs, jobOptions, jobUsage } from "../study-jobs";
import { planOf, planOptions, planUsage } from "../study-plan-options";
import { studyTable } from "../study-table";

export const studyClustering: Command = {
  usage: `study clustering FILE ${planUsage} ${jobUsage} ${openUsage}`,
  summary:
    "Trains methods on backbones over seeds, clusters and scores them beside baselines; goes on where it stopped.",
  options: {
    ...openOptions,
    ...planOptions,
    ...jobOptions,
  },
  positionals: ["FILE"],
  async run(args, context) {
    const folder = studyFolder(args.text("out"), context.cwd, { create: true });
    const slice = await openFile(args.positionals[0], args, context);
    const plan = planIn(folder, args, slice);
    const [of] = plan.slices;
    const jobs = jobsOf(plan);
    const prepared = prepareSlice(slice, of);
    const known = folder.readPlan();
    const joined = known === null ? plan : joinPlans(validatePlan(known), plan);
    if (JSON.stringify(known) !== JSON.stringify(joined)) await folder.writePlan(joined);
    if (args.has("plan")) return { plan, jobs: jobs.map((job) => ({ ...toldJob(job), done: folder.isDone(job.key) })) };

    const only = await doStudyJobs(
      {
        ...{ args, folder, jobs, words: ["study", "clustering", args.positionals[0], "--name", of.name] },
        together,
        async work(job, devices, its) {
          const leaveComponents = componentsIn(folder, plan, prepared, job);
          const outcome = await runJob(
            {
              ...{ plan, job, prepared, backend: devices.open },
              breathe: () => setImmediate(), // lets a Ctrl+C come through
              async check(input) {
                await requireFit(input, memoryLimits(args, input.backend), its);
              },
            },
            its,
          );
          await folder.writeResult(job.key, resultFileOf(outcome));
          await leaveComponents();
        },
      },
      context,
    );
    const wanted = new Set((only ?? jobsOf(joined)).map(({ key }) => key));
    const results = folder.read<ResultFile>("results").map(({ result }) => result);
    const failures = folder.read<FailedRun>("failures").filter(({ key }) => !folder.isDone(key));
    return studyTable(
      results.filter(({ key }) => wanted.has(key)),
      failures.filter(({ key }) => wanted.has(key)),
    );
  },
};

/** Baselines share their components, so one process does them all. */
const together = ({ kind }: StudyJob): string | null => (kind === "baseline" ? "baselines" : null);

/** What another program needs to do the jobs itself. */
function toldJob(job: StudyJob): object {
  return { key: job.key, file: resultFile(job.key), needs: null, together: together(job) };
}

function planIn(folder: StudyFolder, args: Arguments, slice: Slice): ClusteringPlan {
  const before = folder.readPlan();
  return planOf(args, slice.name, before === null ? null : validatePlan(before));
}
