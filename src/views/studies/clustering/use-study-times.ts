import { useMemo } from "react";
import type { RunTimes } from "../../../core/study/clustering/time-left";
import { useLab } from "../../../state/lab";
import type { Study } from "../../../state/study-state";

/** What is known of how long this study's runs take. Runs of an earlier visit count what their files say, without scores. */
export function useStudyTimes(study: Study): RunTimes {
  const runTimes = useLab((s) => s.runTimes);
  return useMemo(() => {
    const done = new Map([...study.finished].map(([key, { result }]) => [key, 1000 * result.seconds]));
    for (const [key, ms] of runTimes) done.set(key, ms);
    return { ...study.times, done };
  }, [study.finished, study.times, runTimes]);
}
