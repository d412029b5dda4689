import { Progress } from "@mantine/core";
import type { ReactNode } from "react";
import { useShallow } from "zustand/react/shallow";
import { isRefused } from "../../state/budget-slice";
import { useLab } from "../../state/lab";
import styles from "./BottomStrip.module.css";
import { LossChart } from "./LossChart";
import { progressWords } from "./progress-words";

/** How the run goes: the loss, and how far it is in words. */
export function BottomStrip() {
  const words = useLab((s) => (isRefused(s) ? "The run would not fit: see step 4." : progressWords(s)));
  const version = useLab((s) => s.lossVersion);
  const losses = useLab((s) => s.losses);
  const tuned = useLab((s) => s.fineTuneLosses);
  const { share, hasLoss } = useLab(
    useShallow((s) => ({
      share: s.run.kind === "training" || s.run.kind === "paused" ? s.epoch / Math.max(1, s.run.until) : null,
      hasLoss: s.losses.length > 0,
    })),
  );
  return (
    <footer className={styles.strip}>
      <div className={styles.charts}>
        {hasLoss ? (
          <Curve axis={tuned.length > 0 ? "pretraining loss by epoch" : "loss by epoch"} name="Loss curve">
            {(name) => <LossChart losses={losses} version={version} name={name} />}
          </Curve>
        ) : (
          tuned.length === 0 && (
            <div className={styles.chart}>
              <p className="label">The loss is drawn here while it trains.</p>
            </div>
          )
        )}
        {tuned.length > 0 && (
          <Curve axis="fine-tuning loss by epoch" name="Fine-tuning loss curve">
            {(name) => <LossChart losses={tuned} version={tuned.length} name={name} />}
          </Curve>
        )}
      </div>
      <div className={styles.words}>
        <div className="numeric" data-testid="progress-words">
          {words}
        </div>
        {share !== null && (
          <Progress value={100 * share} size={4} mt={8} aria-label="Progress of the run" transitionDuration={0} />
        )}
        <div className="label" style={{ marginTop: 8 }}>
          Space: train, pause · full stop: one step · 0: fit · Escape: deselect
        </div>
      </div>
    </footer>
  );
}

function Curve({ axis, name, children }: { axis: string; name: string; children: (name: string) => ReactNode }) {
  return (
    <div className={styles.chart}>
      <span className={`${styles.axis} label`}>{axis}</span>
      {children(name)}
    </div>
  );
}
