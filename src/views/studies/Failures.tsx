import { Button } from "@mantine/core";
import { LabError } from "../../core/errors";
import { useLab } from "../../state/lab";
import type { AnyJob, AnyStudy } from "../../state/study-state";
import { ErrorNote } from "../kit/ErrorNote";
import styles from "./Studies.module.css";

interface FailuresProps {
  readonly study: Pick<AnyStudy, "jobs" | "failed">;
  readonly titleOf: (job: AnyJob) => string;
}

/** Runs that ended with an error, each to be done again by itself. */
export function Failures({ study, titleOf }: FailuresProps) {
  const busy = useLab((s) => ["starting", "running", "paused"].includes(s.queue.kind));
  const repeatRun = useLab((s) => s.repeatRun);
  const failed = (study.jobs as readonly AnyJob[]).filter(({ key }) => study.failed.has(key));
  if (failed.length === 0) return null;
  return (
    <section className={styles.failures} aria-label="Failed runs">
      {failed.map((job) => {
        const { code, message, hint, detail } = study.failed.get(job.key)!;
        return (
          <div key={job.key} className={styles.failure}>
            <ErrorNote title={titleOf(job)} error={new LabError(code, message, hint, detail)} />
            <Button
              variant="default"
              size="compact-xs"
              aria-label={`Repeat ${titleOf(job)}`}
              onClick={() => void repeatRun(job.key)}
            >
              {busy ? "Queue again" : "Repeat"}
            </Button>
          </div>
        );
      })}
    </section>
  );
}
