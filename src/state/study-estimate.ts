import { toLabError } from "../core/errors";
import { type ClusteringPlan, jobsOf, type StudyJob } from "../core/study/clustering/plan";
import { combinationOf, noTimes } from "../core/study/clustering/time-left";
import type { LabState } from "./lab-state";
import { openSlices } from "./study-slices";
import type { StudyEstimate } from "./study-state";
import { createStudyWork } from "./study-work";

/** Times that were measured before: by slice in hand, preset and combination. They depend on nothing else of a plan. */
const measured = new Map<string, number>();

/** What the time of a plan depends on. */
export function estimateSubject(plan: ClusteringPlan, sliceIds: readonly number[]): string {
  const { baselines: _, seeds: __, ...rest } = plan;
  return JSON.stringify({ ...rest, sliceIds });
}

interface Measuring {
  get(): LabState;
  readonly signal: AbortSignal;
  tell(estimate: StudyEstimate): void;
}

/**
 * Measures a few steps of each method on each backbone, and one baseline, which trains nothing, for what follows a
 * training; tells what is known after each.
 */
export async function measurePlan(plan: ClusteringPlan, { get, signal, tell }: Measuring): Promise<void> {
  const open = openSlices(get()).filter(({ name }) => plan.slices.some((s) => s.name === name));
  const ids = plan.slices.map(({ name }) => open.find((s) => s.name === name)?.id ?? -1);
  const about = estimateSubject(plan, ids);
  const { graph, clustering, preset, budget } = plan;
  const jobs = jobsOf({ ...plan, seeds: [plan.seeds[0] ?? 0], baselines: ["pca"] });
  const keyOf = (job: StudyJob): string =>
    JSON.stringify([ids, combinationOf(job), preset, graph, job.kind === "run" ? budget : clustering]);
  const now = (measuring: boolean, error: StudyEstimate["error"] = null): void => {
    const known = jobs.flatMap((job) => {
      const ms = measured.get(keyOf(job));
      return ms === undefined ? [] : [{ job, ms }];
    });
    const runs = known.filter(({ job }) => job.kind === "run");
    const baselines = known.filter(({ job }) => job.kind === "baseline");
    const times = {
      ...noTimes,
      training: new Map(runs.map(({ job, ms }) => [combinationOf(job), ms])),
      analysis: new Map(baselines.map(({ job, ms }) => [job.slice, ms])),
    };
    const of = jobs.filter(({ kind }) => kind === "run").length;
    tell({ about, times, measured: runs.length, of, measuring, error });
  };
  // training first, since it takes most of the time
  const order = [...jobs].sort((a, b) => Number(a.kind === "baseline") - Number(b.kind === "baseline"));
  const left = order.filter((job) => !measured.has(keyOf(job)));
  now(left.length > 0);
  if (left.length === 0) return;

  const slices = open.map(({ name, summary: { nObs, nVars } }) => ({ name, nObs, nVars }));
  const head = { id: "", created: "", plan, slices };
  const work = createStudyWork({ head }, get);
  signal.addEventListener("abort", () => work.stop(), { once: true });
  try {
    for (const job of left) {
      await work.ready(job.slice, () => {});
      if (job.kind === "run") measured.set(keyOf(job), await work.probe(job));
      else {
        const began = performance.now();
        await work.run(job, () => {});
        measured.set(keyOf(job), performance.now() - began);
      }
      if (signal.aborted) return;
      now(job !== left[left.length - 1]);
    }
  } catch (thrown) {
    const error = toLabError(thrown);
    now(false, error.code === "cancelled" ? null : error);
  } finally {
    work.stop();
  }
}
