import { Button, Progress, Select } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { KeptCollection } from "../../core/collection/manifest";
import { isTraining } from "../../state/collection-run-slice";
import type { CollectionRun } from "../../state/collection-state";
import { useLab } from "../../state/lab";
import { formatBytes, formatCount, formatDuration, formatNumber } from "../format/numbers";
import { ErrorNote } from "../kit/ErrorNote";
import { PlayIcon, SaveIcon, StopIcon } from "../kit/icons";
import { NumberKnob } from "../kit/Knob";
import { modelResult } from "../rail/step-results";
import { ChartBox } from "../studies/ChartBox";
import { inks } from "../studies/figure/figure";
import { sectionCount } from "./CollectionChooser";
import { epochLosses } from "./epoch-losses";
import styles from "./Sections.module.css";

const EPOCHS = 20;

interface CollectionTrainingProps {
  readonly kept: KeptCollection;
  /** Number of the section that the paper's rule would test on; -1 where it chooses none. */
  readonly byRule: number;
}

/** One network over all sections, of which one at a time is in memory and the next on its way. */
export function CollectionTraining({ kept, byRule }: CollectionTrainingProps) {
  const model = useLab(modelResult);
  const run = useLab((s) => (s.collectionRun?.id === kept.id ? s.collectionRun : null));
  const busy = useLab((s) => isTraining(s));
  const { trainCollection, stopCollection, saveCollectionModel } = useLab.getState();
  const [epochs, setEpochs] = useState(EPOCHS);
  const [test, setTest] = useState("none");
  const { sections } = kept.collection;
  const start = () => {
    const { recipe } = useLab.getState();
    void trainCollection({ ...recipe, epochs }, test === "none" ? null : Number(test));
  };
  const ownBusy = run !== null && busy;
  return (
    <section className={styles.training} aria-labelledby="training-title">
      <div className={styles.head}>
        <h2 id="training-title">Train over the sections</h2>
        <span className="label">
          {model}, as <a href="#lab">the lab</a> is set; one section at a time is in memory
        </span>
      </div>
      <div className={styles.controls}>
        <div className={styles.epochs}>
          <NumberKnob
            label="Epochs"
            definition="Passes over all sections to train on, in an order drawn anew each time."
            value={epochs}
            initial={EPOCHS}
            onChange={setEpochs}
            min={1}
            max={10_000}
            integer
          />
        </div>
        <Select
          className={styles.test ?? ""}
          aria-label="Section left out to test on"
          data={[
            { value: "none", label: "Leave no section out" },
            ...sections.map(({ name }, s) => ({
              value: String(s),
              label: `Leave out ${name}${s === byRule ? " (by the rule)" : ""}`,
            })),
          ]}
          value={test}
          onChange={(value) => setTest(value ?? "none")}
          allowDeselect={false}
          disabled={ownBusy}
        />
        {ownBusy ? (
          <Button
            variant="default"
            leftSection={<StopIcon />}
            disabled={run.phase.kind === "ending"}
            onClick={stopCollection}
          >
            Stop
          </Button>
        ) : (
          <Button leftSection={<PlayIcon />} disabled={busy} onClick={start}>
            Train
          </Button>
        )}
        {run?.phase.kind === "done" && (
          <Button variant="default" leftSection={<SaveIcon />} onClick={saveCollectionModel}>
            Save model
          </Button>
        )}
      </div>
      {run && <RunNote run={run} kept={kept} />}
      {run && run.losses.length > 0 && <RunChart run={run} name={kept.name} />}
    </section>
  );
}

function RunNote({ run, kept }: { run: CollectionRun; kept: KeptCollection }) {
  const { phase } = run;
  if (phase.kind === "failed") return <ErrorNote title="The run over the sections stopped" error={phase.error} />;
  const progress = phase.kind === "starting" || phase.kind === "running" ? phase.progress : null;
  return (
    <div role="status">
      {phase.kind !== "done" && (
        <Progress
          value={progress && progress.total > 0 ? (100 * progress.done) / progress.total : 100}
          size={4}
          animated={progress === null}
          aria-label="Run over the sections"
          transitionDuration={150}
        />
      )}
      <div className="label numeric" data-testid="collection-run">
        {(phase.kind === "done" ? outcomeWords(run) : runningWords(run, kept)).filter(Boolean).join(" · ")}
      </div>
      {phase.kind === "done" && (
        <div className="label">
          {phase.outcome.kept
            ? "Kept with the collection. A section that is opened comes with this network."
            : "There was no room to keep it: save the model before leaving. A section that is opened comes with this network."}
        </div>
      )}
    </div>
  );
}

function runningWords({ phase, section, split, backend }: CollectionRun, { collection }: KeptCollection): string[] {
  if (phase.kind === "ending") return ["ending after the step in hand"];
  const what = phase.kind === "starting" || phase.kind === "running" ? phase.progress?.what.replace(/,$/, "") : "";
  return [
    backend ?? "opening the backend",
    split ? rolesWords(split) : "",
    what ?? "",
    section === null ? "" : `at ${collection.sections[section].name}`,
  ];
}

function outcomeWords({ phase, split, backend, nParameters }: CollectionRun): string[] {
  if (phase.kind !== "done") return [];
  const { losses, validationLosses, bestEpoch, finished, secondsPerEpoch, waitedSeconds, peakBytes } = phase.outcome;
  return [
    `${formatCount(losses.length)} ${losses.length === 1 ? "epoch" : "epochs"} ${finished ? "done" : "done, then stopped"}`,
    bestEpoch === null
      ? ""
      : `weights of epoch ${bestEpoch}, validation loss ${formatNumber(validationLosses[bestEpoch - 1])}`,
    split ? rolesWords(split) : "",
    `${formatDuration(1000 * secondsPerEpoch)} an epoch on ${backend}`,
    `${formatDuration(1000 * waitedSeconds)} waiting for sections in all`,
    `${formatBytes(peakBytes)} at most`,
    nParameters === null ? "" : `${formatCount(nParameters)} weights`,
  ];
}

function rolesWords({ train, validation, test }: NonNullable<CollectionRun["split"]>): string {
  const parts = [`${sectionCount(train.length)} to train on`];
  if (validation.length > 0) parts.push(`${formatCount(validation.length)} to validate`);
  if (test.length > 0) parts.push(`${formatCount(test.length)} left out`);
  return parts.join(", ");
}

function RunChart({ run: { losses, validationLosses }, name }: { run: CollectionRun; name: string }) {
  const ink = useLab((s) => inks[s.theme]);
  const { ref, width } = useElementSize();
  const figure = useMemo(() => {
    const size = { width: Math.min(640, Math.max(280, width)), height: 200 };
    return epochLosses({ training: losses, validation: validationLosses }, { ink, ...size });
  }, [losses, validationLosses, ink, width]);
  return <div ref={ref}>{width > 0 && <ChartBox figure={figure} name={`loss-${name}`} />}</div>;
}
