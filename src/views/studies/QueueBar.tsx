import { Button, Progress } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { useLab } from "../../state/lab";
import type { AnyJob, AnyStudy, StudyQueue } from "../../state/study-state";
import { formatCount, formatDuration } from "../format/numbers";
import { ErrorNote } from "../kit/ErrorNote";
import { PauseIcon, PlayIcon, StopIcon } from "../kit/icons";
import styles from "./Studies.module.css";

export type InHand = Extract<StudyQueue, { kind: "running" | "paused" }>;

interface QueueBarProps {
  readonly study: Pick<AnyStudy, "jobs" | "finished" | "failed">;
  readonly titleOf: (job: AnyJob) => string;
  /** ms until all jobs are done, the one in hand running since `ran` ms; null while nothing is known. */
  readonly timeLeft: (inHand: InHand, ran: number) => number | null;
  readonly children?: ReactNode;
}

/** How far the study is, how long it will take, and what can be done with it. */
export function QueueBar({ study, titleOf, timeLeft, children }: QueueBarProps) {
  const queue = useLab((s) => s.queue);
  const { pauseStudy, resumeStudy, stopStudy, continueStudy } = useLab.getState();
  const { jobs, finished, failed } = study;
  const left = (jobs as readonly AnyJob[]).filter(({ key }) => !finished.has(key) && !failed.has(key));
  const running = queue.kind === "running" || queue.kind === "paused" || queue.kind === "starting";
  const goOn = left.length + failed.size > 0;
  const share = queue.kind === "running" || queue.kind === "paused" ? shareOf(queue) : 0;
  return (
    <div className={styles.queue}>
      <div className={styles.queueWords}>
        <strong className="numeric">
          {formatCount(finished.size)} of {formatCount(jobs.length)} done
          {failed.size > 0 && `, ${formatCount(failed.size)} failed`}
        </strong>
        <span className="numeric" data-testid="queue-words">
          <QueueWords queue={queue} left={left.length} titleOf={titleOf} timeLeft={timeLeft} />
        </span>
        <span className={styles.queueButtons}>
          {queue.kind === "running" && (
            <Button variant="default" leftSection={<PauseIcon />} onClick={pauseStudy}>
              Pause
            </Button>
          )}
          {queue.kind === "paused" && (
            <Button leftSection={<PlayIcon />} onClick={resumeStudy}>
              Resume
            </Button>
          )}
          {running && (
            <Button variant="default" leftSection={<StopIcon />} onClick={stopStudy}>
              Stop
            </Button>
          )}
          {!running && goOn && (
            <Button leftSection={<PlayIcon />} onClick={() => void continueStudy()}>
              Continue
            </Button>
          )}
          {children}
        </span>
      </div>
      <Progress
        value={(100 * (finished.size + failed.size + share)) / Math.max(1, jobs.length)}
        size={4}
        aria-label="Runs done"
        transitionDuration={150}
      />
      {queue.kind === "failed" && <ErrorNote title="The study cannot go on" error={queue.error} />}
    </div>
  );
}

interface QueueWordsProps extends Pick<QueueBarProps, "titleOf" | "timeLeft"> {
  readonly queue: StudyQueue;
  readonly left: number;
}

function QueueWords({ queue, left, titleOf, timeLeft }: QueueWordsProps) {
  // the time that is left falls between two runs, too
  const [, tick] = useState(0);
  useEffect(() => {
    if (queue.kind !== "running") return;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [queue.kind]);
  switch (queue.kind) {
    case "idle":
      return left > 0 ? `stopped · ${formatCount(left)} to do` : "";
    case "failed":
      return "";
    case "starting":
      return queue.what;
    case "running":
    case "paused": {
      const resting = queue.kind === "paused" ? performance.now() : 0;
      const remaining = timeLeft(queue, performance.now() - queue.began - (queue.rested + resting));
      return [
        queue.kind === "paused" ? "paused" : null,
        titleOf(queue.job),
        queue.progress?.what.replace(/,$/, "") ?? null,
        remaining === null ? null : `${formatDuration(remaining)} left`,
      ]
        .filter((part) => part !== null)
        .join(" · ");
    }
    default:
      return queue satisfies never;
  }
}

/** Share of the run in hand, as far as its present part says. */
function shareOf({ progress }: InHand): number {
  return progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
}
