import { Button } from "@mantine/core";
import { LabError } from "../../../core/errors";
import { useLab } from "../../../state/lab";
import type { Study } from "../../../state/study-state";
import { ErrorNote } from "../../kit/ErrorNote";
import styles from "../Studies.module.css";
import { jobTitle } from "./words";

/** Runs that ended with an error, each to be done again by itself. */
export function Failures({ study }: { study: Study }) {
  const busy = useLab((s) => ["starting", "running", "paused"].includes(s.queue.kind));
  const repeatRun = useLab((s) => s.repeatRun);
  const failed = study.jobs.filter(({ key }) => study.failed.has(key));
  if (failed.length === 0) return null;
  return (
    <section className={styles.failures} aria-label="Failed runs">
      {failed.map((job) => {
        const { code, message, hint, detail } = study.failed.get(job.key)!;
        return (
          <div key={job.key} className={styles.failure}>
            <ErrorNote title={jobTitle(job)} error={new LabError(code, message, hint, detail)} />
            <Button
              variant="default"
              size="compact-xs"
              aria-label={`Repeat ${jobTitle(job)}`}
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
