import type { AnnotationJob } from "../../../core/study/annotation/plan";
import type { AnnotationStudy } from "../../../state/study-state";

type Timed = Pick<AnnotationStudy, "jobs" | "finished" | "failed">;

/** Jobs that take about as long: those that differ in seed, or in what they start from. */
function groupOf(job: AnnotationJob): string {
  switch (job.kind) {
    case "baseline":
      return `${job.name}/${job.fraction}`;
    case "pretrain":
      return `pretrain/${job.configuration}/${job.view}`;
    case "run":
      return `run/${job.configuration}/${job.view}/${job.fraction}`;
    default:
      return job satisfies never;
  }
}

/**
 * About how long the jobs that are left take, ms; null while nothing like one of them was done. A job takes what its group
 * took in the mean.
 *
 * @param measured  ms by key; of the others counts what their results say
 * @param inHand    how long that job has run, ms
 */
export function annotationTimeLeft(
  { jobs, finished, failed }: Timed,
  measured: ReadonlyMap<string, number>,
  inHand: { readonly key: string; readonly ran: number },
): number | null {
  const times = new Map<string, number[]>();
  for (const job of jobs) {
    const done = finished.get(job.key);
    if (!done) continue;
    const group = groupOf(job);
    times.set(group, [...(times.get(group) ?? []), measured.get(job.key) ?? 1000 * done.result.seconds]);
  }
  let total = 0;
  for (const job of jobs) {
    if (finished.has(job.key) || failed.has(job.key)) continue;
    const known = times.get(groupOf(job));
    if (!known) return null;
    const mean = known.reduce((a, b) => a + b, 0) / known.length;
    total += job.key === inHand.key ? Math.max(0, mean - inHand.ran) : mean;
  }
  return total;
}
