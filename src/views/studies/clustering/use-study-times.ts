import { useCallback, useMemo } from "react";
import { combinationOf, type RunTimes, timeOf } from "../../../core/study/clustering/time-left";
import { useLab } from "../../../state/lab";
import type { AnyJob, Study } from "../../../state/study-state";
import type { InHand } from "../QueueBar";

/** What is known of how long this study's runs take. Runs of an earlier visit count what their files say, without scores. */
function useStudyTimes(study: Study): RunTimes {
  const runTimes = useLab((s) => s.runTimes);
  return useMemo(() => {
    const done = new Map([...study.finished].map(([key, { result }]) => [key, 1000 * result.seconds]));
    for (const [key, ms] of runTimes) done.set(key, ms);
    return { ...study.times, done };
  }, [study.finished, study.times, runTimes]);
}

/** How long the study will yet take, ms, for the queue to say. */
export function useTimeLeft(study: Study): (inHand: InHand, ran: number) => number | null {
  const times = useStudyTimes(study);
  return useCallback(
    (inHand: InHand, ran: number) => {
      const job = study.jobs.find(({ key }) => key === inHand.job.key);
      if (!job) return null;
      const pending = study.jobs.filter(({ key }) => !study.finished.has(key) && !study.failed.has(key));
      const known = withRunInHand(times, inHand, ran);
      const all = timeOf(pending, study.jobs, known);
      const own = timeOf([job], study.jobs, known) ?? 0;
      return all === null ? null : Math.max(all - Math.min(ran, own), 0);
    },
    [study, times],
  );
}

/** Where nothing was measured before, the run in hand says how long such a run trains. */
function withRunInHand(times: RunTimes, { job, progress }: InHand, ran: number): RunTimes {
  const share = progress && progress.total > 0 && /^epoch/.test(progress.what) ? progress.done / progress.total : 0;
  if (share < 0.03 || !isClusteringRun(job) || times.training.size > 0) return times;
  return { ...times, training: new Map([[combinationOf(job), ran / share]]) };
}

const isClusteringRun = (job: AnyJob): job is Extract<Study["jobs"][number], { kind: "run" }> =>
  job.kind === "run" && "method" in job;
