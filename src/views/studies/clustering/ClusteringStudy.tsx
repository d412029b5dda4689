import { SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import { fileWord, type StudyJob } from "../../../core/study/clustering/plan";
import type { MetricName } from "../../../core/study/clustering/result";
import { useLab } from "../../../state/lab";
import type { AnyJob, Study } from "../../../state/study-state";
import { ErrorNote } from "../../kit/ErrorNote";
import notes from "../../kit/notes.module.css";
import { ExportMenu } from "../ExportMenu";
import { Failures } from "../Failures";
import { QueueBar } from "../QueueBar";
import styles from "../Studies.module.css";
import { Charts } from "./Charts";
import { ConclusionNotes } from "./ConclusionNotes";
import { saveCsv, saveFolder } from "./export-study";
import { ResultsTable } from "./ResultsTable";
import { viewSlice, weightedMetrics } from "./study-view";
import { TissueMaps } from "./TissueMaps";
import { tissueCells } from "./tissue-map";
import { useTimeLeft } from "./use-study-times";
import { WeightsForm } from "./WeightsForm";
import { jobTitle } from "./words";

/** A clustering study: its queue, what its numbers say, table, maps and charts. */
export function ClusteringStudy({ study }: { study: Study }) {
  const { plan } = study.head;
  const [slice, setSlice] = useState(plan.slices[0].name);
  const [metric, setMetric] = useState<MetricName>("ari");
  const weights = useLab((s) => s.overallWeights);
  const keepError = useLab((s) => s.keepError);
  // of the queue, the table needs to know which run is in hand, not how far it is
  const inHand = useLab((s) => (s.queue.kind === "running" || s.queue.kind === "paused" ? s.queue.job.key : null));
  const weighted = useMemo(() => weightedMetrics(weights), [weights]);
  const view = useMemo(
    () => viewSlice(study, { slice, metric, weights: weighted, inHand }),
    [study, slice, metric, weighted, inHand],
  );
  const info = study.slices.get(slice);
  const wanted = plan.slices.find(({ name }) => name === slice);
  const cells = useMemo(() => (info && wanted ? tissueCells(info, wanted) : null), [info, wanted]);
  const timeLeft = useTimeLeft(study);
  const name = `study-${plan.slices.map((s) => fileWord(s.name)).join("-")}`;
  return (
    <>
      <QueueBar study={study} titleOf={titleOf} timeLeft={timeLeft}>
        <WeightsForm />
        <ExportMenu
          study={study}
          onTable={() => saveCsv(view.all, name)}
          onFolder={() => void saveFolder(study, name)}
        />
      </QueueBar>
      {keepError && <ErrorNote title="Not kept" error={keepError} />}
      <Failures study={study} titleOf={titleOf} />
      {plan.slices.length > 1 && (
        <div className={styles.tools}>
          <SegmentedControl
            aria-label="Slice"
            fullWidth={false}
            data={plan.slices.map((s) => s.name)}
            value={slice}
            onChange={setSlice}
          />
        </div>
      )}
      {view.summary && <ConclusionNotes results={view.results} summary={view.summary} metric={metric} />}
      <ResultsTable rows={view.rows} metric={metric} onMetric={setMetric} />
      {cells ? (
        <TissueMaps study={study} slice={slice} cells={cells} />
      ) : (
        <p className={notes.note}>This browser kept no positions of {slice}, so there are no maps.</p>
      )}
      {view.summary && <Charts slice={slice} results={view.results} summary={view.summary} metric={metric} />}
    </>
  );
}

/** The queue holds jobs of this study alone. */
const titleOf = (job: AnyJob): string => jobTitle(job as StudyJob);
