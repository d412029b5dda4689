import { SegmentedControl } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import { atLevel, levelPurity } from "../../../core/study/annotation/at-level";
import type { AnnotationJob } from "../../../core/study/annotation/plan";
import type { AnnotationScored } from "../../../core/study/annotation/result";
import {
  type BestOfFraction,
  bestWords,
  fractionWords,
  gainWords,
  type SslGain,
  summarizeAnnotation,
} from "../../../core/study/annotation/summary";
import { fileWord } from "../../../core/study/clustering/plan";
import { useLab } from "../../../state/lab";
import type { AnnotationStudy, AnyJob } from "../../../state/study-state";
import { ErrorNote } from "../../kit/ErrorNote";
import notes from "../../kit/notes.module.css";
import { ExportMenu } from "../ExportMenu";
import { Failures } from "../Failures";
import { type InHand, QueueBar } from "../QueueBar";
import styles from "../Studies.module.css";
import { ClassGains } from "./ClassGains";
import { Efficiency } from "./Efficiency";
import { saveCsv, saveFolder } from "./export-annotation";
import { HeldOut } from "./HeldOut";
import { TwoByTwo } from "./TwoByTwo";
import { annotationTimeLeft } from "./time-left";
import { jobTitle, levelWords } from "./words";

/** An annotation study: its queue, what its numbers say, the 2 × 2, and what lies behind it. */
export function AnnotationStudyView({ study }: { study: AnnotationStudy }) {
  const { plan } = study.head;
  const keepError = useLab((s) => s.keepError);
  const runTimes = useLab((s) => s.runTimes);
  const [fraction, setFraction] = useState(plan.fractions[0]);
  const [wanted, setLevel] = useState<string | null>(null);
  const all = useMemo(() => scoredOf(study), [study]);
  const level = wanted !== null && plan.levels.includes(wanted) ? wanted : null;
  const results = useMemo(() => atLevel(all, level), [all, level]);
  const summary = useMemo(() => summarizeAnnotation(results), [results]);
  const timeLeft = useCallback(
    (queue: InHand, ran: number) => annotationTimeLeft(study, runTimes, { key: queue.job.key, ran }),
    [study, runTimes],
  );
  const name = `annotation-${fileWord(plan.slice)}-${fileWord(plan.label)}`;
  const gains = summary.gains.filter((gain) => gain.fraction === fraction);
  const best = summary.best.find((one) => one.fraction === fraction);
  return (
    <>
      <QueueBar study={study} titleOf={titleOf} timeLeft={timeLeft}>
        <ExportMenu study={study} onTable={() => saveCsv(all, name)} onFolder={() => void saveFolder(study, name)} />
      </QueueBar>
      {keepError && <ErrorNote title="Not kept" error={keepError} />}
      <Failures study={study} titleOf={titleOf} />
      {(plan.fractions.length > 1 || plan.levels.length > 0) && (
        <div className={styles.tools}>
          {plan.fractions.length > 1 && (
            <SegmentedControl
              aria-label="Labels"
              fullWidth={false}
              data={plan.fractions.map((f) => ({ value: String(f), label: fractionWords(f) }))}
              value={String(fraction)}
              onChange={(value) => setFraction(Number(value))}
            />
          )}
          {plan.levels.length > 0 && (
            <SegmentedControl
              aria-label="Level of the label"
              fullWidth={false}
              data={[plan.label, ...plan.levels]}
              value={level ?? plan.label}
              onChange={(value) => setLevel(value === plan.label ? null : value)}
            />
          )}
          {level !== null && (
            <span className="label" role="status" data-testid="level-words">
              {levelWords(level, plan.label, levelPurity(all, level))}
            </span>
          )}
        </div>
      )}
      {(best || gains.length > 0) && (
        <section className={styles.conclusions} aria-label="What the numbers say">
          {best && <Note words={bestWords(best)} warns={!beatsBaseline(best)} />}
          {gains.map((gain) => (
            <Note key={gain.view} words={gainWords(gain)} warns={notShown(gain)} />
          ))}
        </section>
      )}
      <TwoByTwo plan={plan} summary={summary} results={results} fraction={fraction} />
      <Efficiency plan={plan} summary={summary} />
      <ClassGains gains={gains} />
      <HeldOut study={study} results={results} fraction={fraction} level={level} />
    </>
  );
}

/** A sentence, set off where the numbers are not what one would hope for. */
function Note({ words, warns }: { words: string; warns: boolean }) {
  return (
    <p className={`${notes.note} ${warns ? notes.warning : ""}`}>{words.charAt(0).toUpperCase() + words.slice(1)}</p>
  );
}

const beatsBaseline = ({ network, baseline }: BestOfFraction): boolean =>
  network.scores.f1Macro.mean > baseline.scores.f1Macro.mean;

/** Several seeds do not show that SSL gains. */
const notShown = ({ gain: { f1Macro } }: SslGain): boolean => f1Macro.interval !== null && f1Macro.interval[0] <= 0;

/** In the order of the plan; a pretraining has no scores. */
export function scoredOf({ jobs, finished }: Pick<AnnotationStudy, "jobs" | "finished">): AnnotationScored[] {
  return jobs.flatMap(({ key }) => {
    const result = finished.get(key)?.result;
    return result && result.kind !== "pretrain" ? [result] : [];
  });
}

/** The queue holds jobs of this study alone. */
const titleOf = (job: AnyJob): string => jobTitle(job as AnnotationJob);
