import { Button, Progress } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Working } from "../../state/lab-state";
import { formatDuration, formatShare } from "../format/numbers";
import styles from "./notes.module.css";

/** Work under way: what is done, how far it is, how long it has taken, and Cancel. */
export function WorkNote({ title, work }: { title: string; work: Working }) {
  const elapsed = useElapsed();
  const { progress } = work;
  const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  return (
    <div className={styles.work} role="status">
      <div className={styles.workHead}>
        <span style={{ minWidth: 0, overflowWrap: "anywhere" }}>{title}</span>
        <Button variant="default" size="compact-xs" onClick={() => work.cancel()}>
          Cancel
        </Button>
      </div>
      <Progress
        value={100 * (share ?? 1)}
        size={4}
        animated={share === null}
        aria-label={title}
        transitionDuration={150}
      />
      <div className="label numeric" style={{ marginTop: 3 }}>
        {[progress?.what, share === null ? null : formatShare(share), elapsed > 1000 ? formatDuration(elapsed) : null]
          .filter(Boolean)
          .join(" · ") || "starting"}
      </div>
    </div>
  );
}

/** Milliseconds since the note appeared, told four times a second. */
function useElapsed(): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const began = performance.now();
    const timer = setInterval(() => setElapsed(performance.now() - began), 250);
    return () => clearInterval(timer);
  }, []);
  return elapsed;
}
