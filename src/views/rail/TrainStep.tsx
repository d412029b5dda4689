import { Button } from "@mantine/core";
import { isRefused } from "../../state/budget-slice";
import { isFineTuning } from "../../state/fine-tune-run";
import { useLab } from "../../state/lab";
import { formatBytes, formatCount, formatDuration } from "../format/numbers";
import { ActionErrorNote } from "../kit/ActionErrorNote";
import { ErrorNote } from "../kit/ErrorNote";
import { PauseIcon, PlayIcon, ResetIcon, SaveIcon, StepIcon, StopIcon } from "../kit/icons";
import notes from "../kit/notes.module.css";
import { WorkNote } from "../kit/WorkNote";
import { BudgetNote } from "./BudgetNote";
import { Findings } from "./Findings";
import { FineTunePart } from "./FineTunePart";
import { ModelPart } from "./ModelPart";
import { NetworkNote } from "./NetworkNote";
import styles from "./Rail.module.css";
import { ResumeNote } from "./ResumeNote";
import { ShownRunNote } from "./ShownRunNote";
import { ViewControl } from "./ViewControl";

/** Step 4: the run, and what was learned. */
export function TrainStep() {
  const run = useLab((s) => s.run);
  const ready = useLab((s) => s.graph.kind === "ready");
  const backend = useLab((s) => s.backend);
  const perEpoch = useLab((s) => s.millisecondsPerEpoch);
  const peakBytes = useLab((s) => s.peakBytes);
  const nParameters = useLab((s) => s.nParameters);
  const stale = useLab((s) => s.runRecipe !== null && JSON.stringify(s.runRecipe) !== JSON.stringify(s.recipe));
  const hasModel = useLab((s) => s.runRecipe !== null);
  const refused = useLab(isRefused);
  const shown = useLab((s) => s.network !== null);
  // what fine-tuning came to stands below its form, and so does its progress
  const tuned = useLab((s) => s.network?.origin.kind === "fine-tuned");
  const tuning = useLab(isFineTuning);
  const learned = useLab((s) => s.epoch > 0);
  // a network from elsewhere is asked, not trained on
  const given = useLab((s) => s.network !== null && s.runRecipe !== null);
  const { train, pause, step, stop, reset, downloadWeights } = useLab.getState();
  const running = run.kind === "training";
  const busy = running || run.kind === "preparing";
  return (
    <>
      <ShownRunNote />
      {!tuned && <NetworkNote />}
      <div style={{ marginBottom: 10 }}>
        <ViewControl />
      </div>
      <div className={styles.buttons}>
        {running ? (
          <Button className={styles.train ?? ""} leftSection={<PauseIcon />} onClick={pause} title="Space">
            Pause
          </Button>
        ) : (
          <Button
            className={styles.train ?? ""}
            leftSection={<PlayIcon />}
            disabled={!ready || busy || refused || given}
            onClick={() => void train()}
            title="Space"
          >
            {trainLabel(run.kind, learned)}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<StepIcon />}
          disabled={!ready || busy || refused || given}
          onClick={() => void step()}
          title="One epoch (.)"
        >
          Step
        </Button>
        <Button
          variant="default"
          leftSection={<StopIcon />}
          disabled={!running && run.kind !== "paused"}
          onClick={() => void stop()}
          title="End the run here and look at what was learned"
        >
          Stop
        </Button>
        <Button
          variant="default"
          leftSection={<ResetIcon />}
          disabled={!hasModel && run.kind !== "failed" && !shown}
          onClick={() => void reset()}
          title="Forget the model and its results"
        >
          Reset
        </Button>
        <Button
          variant="default"
          leftSection={<SaveIcon />}
          disabled={!learned}
          onClick={() => void downloadWeights()}
          title="Save the weights as .safetensors"
        >
          Weights
        </Button>
      </div>
      <ActionErrorNote where="train" />
      {stale && !given && (
        <p className={`${notes.note} ${notes.warning}`} role="status">
          Settings changed: reset to apply them.
        </p>
      )}
      {ready && !busy && (!hasModel || (stale && !given)) && <BudgetNote />}
      {run.kind === "preparing" && !tuning && <WorkNote title={run.what ?? "Preparing the model"} work={run} />}
      {run.kind === "failed" && (
        <>
          <ErrorNote title="The run stopped" error={run.error} />
          <ResumeNote error={run.error} />
        </>
      )}
      {backend && (
        <p className="label numeric" style={{ margin: "8px 0 0" }}>
          {[
            backend.name,
            perEpoch === null ? null : `${formatDuration(perEpoch)} an epoch`,
            peakBytes === null ? null : `${formatBytes(peakBytes)} at most`,
            nParameters === null ? null : `${formatCount(nParameters)} weights`,
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      )}
      {!ready && run.kind === "idle" && <p className="label">Waits for the graph.</p>}
      <Findings />
      <FineTunePart />
      <ModelPart />
    </>
  );
}

function trainLabel(kind: string, learned: boolean): string {
  if (kind === "paused") return "Continue";
  return kind === "done" && learned ? "Train on" : "Train";
}
