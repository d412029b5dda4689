import { useEffect } from "react";
import type { ClusteringPlan, StudyJob } from "../../../core/study/clustering/plan";
import { timeOf } from "../../../core/study/clustering/time-left";
import { useLab } from "../../../state/lab";
import { estimateSubject } from "../../../state/study-estimate";
import { openSlices } from "../../../state/study-slices";
import { formatDuration } from "../../format/numbers";
import notes from "../../kit/notes.module.css";
import { sizeWords } from "./study-view";

interface EstimateNoteProps {
  readonly plan: ClusteringPlan;
  readonly jobs: readonly StudyJob[];
  /** Why there is no plan yet. */
  readonly empty: string | null;
}

/** How many runs a plan has and about how long they take, measured while the form rests. */
export function EstimateNote({ plan, jobs, empty }: EstimateNoteProps) {
  const slice = useLab((s) => s.slice);
  const replaced = useLab((s) => s.replaced);
  const estimate = useLab((s) => s.studyEstimate);
  // its steps would be timed beside those of the lab's own run
  const quiet = useLab((s) => s.run.kind !== "training" && s.run.kind !== "preparing" && s.graph.kind === "ready");
  const open = openSlices({ slice, replaced });
  const about = estimateSubject(
    plan,
    plan.slices.map(({ name }) => open.find((s) => s.name === name)?.id ?? -1),
  );
  const wanted = empty === null && quiet;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `about` says all of the plan that its time depends on
  useEffect(() => {
    const { estimateStudy, stopEstimating } = useLab.getState();
    if (!wanted) return stopEstimating;
    const timer = setTimeout(() => void estimateStudy(plan), 800);
    return () => {
      clearTimeout(timer);
      stopEstimating();
    };
  }, [about, wanted]);

  if (empty) return <p className={notes.note}>{empty}</p>;
  const known = estimate?.about === about ? estimate : null;
  const ms = known && timeOf(jobs, jobs, known.times);
  const how = known && known.measured < known.of ? ` (${known.measured} of ${known.of} measured)` : "";
  return (
    <p className={notes.note} role="status" data-testid="study-estimate">
      {sizeWords(jobs)}
      {ms
        ? `, about ${formatDuration(ms)}${how}`
        : known?.measuring
          ? ", measuring how long"
          : quiet
            ? ""
            : ", time not measured while the lab is busy"}
      {known?.error && `. The time could not be measured: ${known.error.message}`}
    </p>
  );
}
