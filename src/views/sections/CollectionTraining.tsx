import { Button, Select } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { KeptCollection } from "../../core/collection/manifest";
import { isResumable, isTraining } from "../../state/collection-run-slice";
import type { CollectionRun } from "../../state/collection-state";
import { useLab } from "../../state/lab";
import { formatCount } from "../format/numbers";
import { PlayIcon, SaveIcon, StopIcon } from "../kit/icons";
import { NumberKnob } from "../kit/Knob";
import { modelResult } from "../rail/step-results";
import { ChartBox } from "../studies/ChartBox";
import { inks } from "../studies/figure/figure";
import { CollectionRunNote } from "./CollectionRunNote";
import { epochLosses } from "./epoch-losses";
import styles from "./Sections.module.css";
import { useCollectionLabel } from "./use-collection-label";

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
  const { trainCollection, resumeCollection, forgetInterrupted, stopCollection } = useLab.getState();
  const { saveCollectionModel } = useLab.getState();
  const [epochs, setEpochs] = useState(EPOCHS);
  const [test, setTest] = useState("none");
  const { sections } = kept.collection;
  const { label, control } = useCollectionLabel(kept);
  const start = () => {
    const { label: _, ...recipe } = useLab.getState().recipe;
    void trainCollection({ ...recipe, ...(label && { label }), epochs }, test === "none" ? null : Number(test));
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
      {control}
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
        {run && isResumable(run) && (
          <Button variant="default" disabled={busy} onClick={() => void resumeCollection()}>
            Resume from epoch {formatCount(run.checkpoint as number)}
          </Button>
        )}
        {run?.phase.kind === "interrupted" && (
          <Button variant="default" onClick={() => void forgetInterrupted()}>
            Give it up
          </Button>
        )}
        {run?.phase.kind === "done" && (
          <Button variant="default" leftSection={<SaveIcon />} onClick={saveCollectionModel}>
            Save model
          </Button>
        )}
      </div>
      {run && <CollectionRunNote run={run} kept={kept} />}
      {run && run.losses.length > 0 && <RunChart run={run} name={kept.name} />}
    </section>
  );
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
