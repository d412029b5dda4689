import { setImmediate } from "node:timers/promises";
import { LabError } from "../../src/core/errors";
import {
  type AnnotationJob,
  type AnnotationPlan,
  annotationJobs,
  joinAnnotationPlans,
  pretrainedFile,
  validateAnnotationPlan,
} from "../../src/core/study/annotation/plan";
import { prepareAnnotation } from "../../src/core/study/annotation/prepare-annotation";
import type { AnnotationFile } from "../../src/core/study/annotation/result";
import { type Pretrained, runAnnotationJob } from "../../src/core/study/annotation/run-one";
import { resultFile } from "../../src/core/study/clustering/plan";
import type { Task } from "../../src/core/task";
import { readSafetensors, writeSafetensors } from "../../src/core/train/safetensors";
import { annotationOptions, annotationPlanOf, annotationUsage } from "../annotation-options";
import { annotationTable, readAnnotationStudy } from "../annotation-table";
import type { Command } from "../command";
import { memoryLimits } from "../memory-limit";
import { openFile, openOptions, openUsage } from "../open-file";
import { requireFit } from "../run-budget";
import type { Devices } from "../study-device";
import { type StudyFolder, studyFolder } from "../study-folder";
import { doStudyJobs, jobOptions, jobUsage } from "../study-jobs";

export const studyAnnotation: Command = {
  usage: `study annotation FILE ${annotationUsage} ${jobUsage} ${openUsage}`,
  summary:
    "Learns a label on full graph and sub-graphs, with and without SSL, and scores a held-out section; goes on where it stopped.",
  options: { ...openOptions, ...annotationOptions, ...jobOptions },
  positionals: ["FILE"],
  async run(args, context) {
    const { cwd, say } = context;
    const folder = studyFolder(args.text("out"), cwd, { create: true });
    const slice = await openFile(args.positionals[0], args, context);
    const known = folder.readPlan();
    const before = known === null ? null : validateAnnotationPlan(known);
    const { plan, notes } = annotationPlanOf(args, slice, { before, cwd });
    for (const note of notes) say(`note: ${note}`);
    const jobs = annotationJobs(plan);
    const prepared = prepareAnnotation(slice, plan);
    const joined = before === null ? plan : joinAnnotationPlans(before, plan);
    if (JSON.stringify(before) !== JSON.stringify(joined)) await folder.writePlan(joined);
    if (args.has("plan")) return { plan, jobs: jobs.map((job) => ({ ...toldJob(job), done: folder.isDone(job.key) })) };

    const work = async (job: AnnotationJob, devices: Devices, task: Task): Promise<void> => {
      const outcome = await runAnnotationJob(
        {
          ...{ plan, prepared, backend: devices.open },
          pretrained: (key) => pretrainedOf(key, { folder, plan }, (from) => work(from, devices, task)),
          breathe: () => setImmediate(), // lets a Ctrl+C come through
          async check(input) {
            await requireFit(input, memoryLimits(args, input.backend), task);
          },
        },
        job,
        task,
      );
      if ("weights" in outcome) {
        const { recipe } = outcome.result;
        const metadata = { recipe: JSON.stringify(recipe), genes: JSON.stringify(slice.varNames) };
        await folder.writeOther(pretrainedFile(job.key), writeSafetensors(outcome.weights, metadata));
      }
      const predictions = "predictions" in outcome ? outcome.predictions : null;
      const file: AnnotationFile = { version: 1, result: outcome.result, predictions };
      await folder.writeResult(job.key, file);
    };
    const only = await doStudyJobs(
      {
        ...{ args, folder, jobs, work, words: ["study", "annotation", args.positionals[0], "--name", plan.slice] },
        stageOf: ({ kind }) => Number(kind === "run"), // runs start from what was pretrained
        together,
      },
      context,
    );

    const { results, failed } = readAnnotationStudy(folder);
    const wanted = ({ key }: { key: string }): boolean => only === null || only.some((job) => job.key === key);
    const table = annotationTable(results.filter(wanted), failed.filter(wanted));
    for (const sentence of table.words) say(sentence);
    return table;
  },
};

/** Baselines share their features, and with all labels one is the same for every seed. */
const together = ({ kind }: AnnotationJob): string | null => (kind === "baseline" ? "baselines" : null);

/** What another program needs to do the jobs itself: `needs` is done before it, jobs of one `together` in one process. */
function toldJob(job: AnnotationJob): object {
  const needs = job.kind === "run" ? job.from : null;
  return { key: job.key, file: resultFile(job.key), needs, together: together(job) };
}

/** The weights of a pretraining; it is done here where nobody has done it yet. */
async function pretrainedOf(
  key: string,
  { folder, plan }: { readonly folder: StudyFolder; readonly plan: AnnotationPlan },
  work: (job: AnnotationJob) => Promise<void>,
): Promise<Pretrained> {
  const job = annotationJobs(plan).find((one) => one.key === key);
  if (!job) throw new LabError("internal", `The study has no pretraining ${key}.`);
  if (!folder.isDone(key)) await work(job);
  const bytes = folder.readOther(pretrainedFile(key));
  const file = folder.read<AnnotationFile>("results").find(({ result }) => result.key === key);
  if (bytes && file)
    return { weights: readSafetensors(bytes).arrays, seconds: (file.result as { seconds: number }).seconds };
  throw new LabError(
    "missing",
    `${folder.name} has no weights of ${key}.`,
    `Remove ${resultFile(key)} there, and it is pretrained again.`,
  );
}
