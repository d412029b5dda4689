import { useEffect } from "react";
import { useLab } from "../../state/lab";
import { ErrorNote } from "../kit/ErrorNote";
import { ClusteringStudy } from "./clustering/ClusteringStudy";
import { PlanForm } from "./clustering/PlanForm";
import styles from "./Studies.module.css";
import { StudyChooser } from "./StudyChooser";

/** Many runs compared: what a study is at the left, what it came to at the right. */
export function StudiesScreen() {
  const study = useLab((s) => s.study);
  const error = useLab((s) => s.studyError);
  const known = useLab((s) => s.studies !== null);
  const { loadStudies, dismissStudyError } = useLab.getState();
  useEffect(() => void loadStudies(), [loadStudies]);
  return (
    <div className={styles.screen}>
      <nav className={styles.side} aria-label="Study">
        <StudyChooser />
        {!study && known && <PlanForm />}
      </nav>
      <main className={styles.main}>
        {error && <ErrorNote title="That could not be done" error={error} onDismiss={dismissStudyError} />}
        {study ? <ClusteringStudy key={study.head.id} study={study} /> : known && <EmptyStudy />}
      </main>
    </div>
  );
}

function EmptyStudy() {
  return (
    <div className={styles.empty}>
      <h2>A study trains every method on every backbone and holds the clusters against a label.</h2>
      <p>
        Choose label, methods and seeds at the left and start it. Runs go one after the other in a thread of their own,
        so the lab stays usable; each is kept as soon as it is done, and a study goes on after a reload. Baselines,
        which learn nothing, stand on top of the table: what a method must beat to have earned its training.
      </p>
    </div>
  );
}
