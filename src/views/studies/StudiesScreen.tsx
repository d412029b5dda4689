import { SegmentedControl } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLab } from "../../state/lab";
import { type AnyPlan, isAnnotation } from "../../state/study-state";
import { ErrorNote } from "../kit/ErrorNote";
import { AnnotationForm } from "./annotation/AnnotationForm";
import { AnnotationStudyView } from "./annotation/AnnotationStudyView";
import { ClusteringStudy } from "./clustering/ClusteringStudy";
import { PlanForm } from "./clustering/PlanForm";
import styles from "./Studies.module.css";
import { StudyChooser } from "./StudyChooser";

type Kind = AnyPlan["kind"];

/** Many runs compared: what a study is at the left, what it came to at the right. */
export function StudiesScreen() {
  const study = useLab((s) => s.study);
  const error = useLab((s) => s.studyError);
  const known = useLab((s) => s.studies !== null);
  const busy = useLab((s) => ["starting", "running", "paused"].includes(s.queue.kind));
  const [form, setForm] = useState<Kind>("clustering");
  const { loadStudies, dismissStudyError, showStudy, newStudy } = useLab.getState();
  useEffect(() => void loadStudies(), [loadStudies]);
  const shown = study?.head.plan.kind;
  // a new study is of the kind that was looked at last
  useEffect(() => {
    if (shown) setForm(shown);
  }, [shown]);
  const kind = shown ?? form;
  const choose = (wanted: Kind): void => {
    setForm(wanted);
    const newest = useLab.getState().studies?.find(({ plan }) => plan.kind === wanted);
    if (newest) void showStudy(newest.id);
    else newStudy();
  };
  return (
    <div className={styles.screen}>
      <nav className={styles.side} aria-label="Study">
        <SegmentedControl
          aria-label="Kind of study"
          fullWidth
          mb={10}
          data={[
            { value: "clustering", label: "Clustering" },
            { value: "annotation", label: "Annotation" },
          ]}
          value={kind}
          disabled={busy}
          onChange={(value) => choose(value as Kind)}
        />
        <StudyChooser kind={kind} />
        {!study && known && (kind === "annotation" ? <AnnotationForm /> : <PlanForm />)}
      </nav>
      <main className={styles.main}>
        {error && <ErrorNote title="That could not be done" error={error} onDismiss={dismissStudyError} />}
        {!study && known && <EmptyStudy kind={kind} />}
        {study &&
          (isAnnotation(study) ? (
            <AnnotationStudyView key={study.head.id} study={study} />
          ) : (
            <ClusteringStudy key={study.head.id} study={study} />
          ))}
      </main>
    </div>
  );
}

function EmptyStudy({ kind }: { kind: Kind }) {
  const { head, about, start, baselines } = empty[kind];
  return (
    <div className={styles.empty}>
      <h2>{head}</h2>
      {about && <p>{about}</p>}
      <p>
        {start} Runs go one after the other in a thread of their own, so the lab stays usable; each is kept as soon as
        it is done, and a study goes on after a reload. {baselines}
      </p>
    </div>
  );
}

/** What stands in place of results that there are not. */
const empty = {
  clustering: {
    head: "A study trains every method on every backbone and holds the clusters against a label.",
    about: null,
    start: "Choose label, methods and seeds at the left and start it.",
    baselines:
      "Baselines, which learn nothing, stand on top of the table: what a method must beat to have earned its training.",
  },
  annotation: {
    head: "An annotation study learns cell types from some sections and predicts them on one that is held out.",
    about:
      "On the full graph and on sub-graphs, with and without pretraining by self-supervision, with all labels and with few: whether pretraining gains anything, and for which classes.",
    start: "Choose label, test section and seeds at the left and start it.",
    baselines: "Logistic regression stands on top of the table: what a network must beat to have earned its training.",
  },
} as const satisfies Record<Kind, object>;
