import type { StudyJob } from "./plan";

/** How long runs took or are thought to take, ms. */
export interface RunTimes {
  /** By the key of the job: those that were done. */
  readonly done: ReadonlyMap<string, number>;
  /** Training, by slice, method and backbone (`combinationOf`), from a few measured steps. */
  readonly training: ReadonlyMap<string, number>;
  /** What follows training: clusters and scores, by slice. */
  readonly analysis: ReadonlyMap<string, number>;
}

export const noTimes: RunTimes = { done: new Map(), training: new Map(), analysis: new Map() };

/** Names runs that differ in their seed alone. */
export function combinationOf(job: StudyJob): string {
  return job.kind === "run" ? `${job.slice}/${job.method}/${job.backbone}` : `${job.slice}/${job.name}`;
}

/**
 * About how long jobs will take, ms; null where nothing is known yet. Of each job the first of these that is known: the
 * mean of its other seeds; its measured training and what follows on its slice; the same two over its backbone; over all
 * methods. A baseline takes what its other seeds took, other baselines took, or what follows a training.
 *
 * @param all  the jobs that `times` may speak of
 */
export function timeOf(jobs: readonly StudyJob[], all: readonly StudyJob[], times: RunTimes): number | null {
  let total = 0;
  for (const job of jobs) {
    const ms = timeOfOne(job, all, times);
    if (ms === null) return null;
    total += ms;
  }
  return total;
}

function timeOfOne(job: StudyJob, all: readonly StudyJob[], times: RunTimes): number | null {
  const own = combinationOf(job);
  const taken = (same: (other: StudyJob) => boolean) => meanOf(all.filter(same), (o) => times.done.get(o.key));
  const after = times.analysis.get(job.slice) ?? meanOf([...times.analysis.values()], (ms) => ms);
  const isOwn = (o: StudyJob): boolean => combinationOf(o) === own;
  if (job.kind === "baseline") return taken(isOwn) ?? taken((o) => o.kind === "baseline") ?? after;
  const measured = (same: (other: StudyJob) => boolean): number | null => {
    const training = meanOf(all.filter(same), (o) => times.training.get(combinationOf(o)));
    return training === null ? null : training + (after ?? 0);
  };
  const isRun = (o: StudyJob): boolean => o.kind === "run";
  const onBackbone = (o: StudyJob): boolean => o.kind === "run" && o.backbone === job.backbone;
  return (
    taken(isOwn) ?? measured(isOwn) ?? taken(onBackbone) ?? measured(onBackbone) ?? taken(isRun) ?? measured(isRun)
  );
}

/** Null where no item has a value. */
function meanOf<T>(items: readonly T[], value: (item: T) => number | undefined): number | null {
  const known = items.map(value).filter((v) => v !== undefined);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
}
