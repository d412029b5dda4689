import { Button, Checkbox, SegmentedControl, Select } from "@mantine/core";
import { useState } from "react";
import { namesOfUnknown } from "../../core/slice/unlabelled";
import type { HeldOutCells } from "../../core/study/annotation/fine-tune";
import type { FineTuneStart } from "../../core/train/fine-tune-recipe";
import { isFineTuning } from "../../state/fine-tune-run";
import { useLab } from "../../state/lab";
import type { LabState } from "../../state/lab-state";
import { labelsIn } from "../../state/recipe-method";
import { categoriesOf } from "../kit/categories";
import { ErrorNote } from "../kit/ErrorNote";
import { KnobRow, NumberKnob } from "../kit/Knob";
import { LeftOutKnob } from "../kit/LeftOutKnob";
import { WorkNote } from "../kit/WorkNote";
import { More } from "./More";
import { NetworkNote } from "./NetworkNote";
import styles from "./Rail.module.css";
import { terms } from "./terms";

type Info = NonNullable<LabState["slice"]>;

/** What is chosen, beside the slice; null is the lab's own guess. */
interface Draft {
  readonly label: string | null;
  readonly leaveOut: readonly string[] | null;
  readonly start: FineTuneStart;
  /** A section; null for blocks of the tissue. */
  readonly section: string | null;
  readonly percent: number;
  readonly epochs: number | null;
  readonly headLayer: boolean;
  readonly reader: boolean;
}

const initial: Draft = {
  ...{
    label: null,
    leaveOut: null,
    start: "whole",
    section: null,
    percent: 100,
    epochs: null,
    headLayer: false,
    reader: true,
  },
};

const HELD_OUT_SHARE = 0.2;

/** Teaches the run in hand a label: from which start, with how many labels, scored on which cells. */
export function FineTunePart() {
  const slice = useLab((s) => s.slice);
  const offered = useLab((s) => s.pretraining() !== null);
  const tuned = useLab((s) => s.network?.origin.kind === "fine-tuned" && s.run.kind === "done");
  if (!slice || !offered) return null;
  return (
    <>
      <h3 className={styles.sub}>Fine-tune to a label</h3>
      {labelsIn(slice).length === 0 ? (
        <p className="label">{slice.name} has no label to learn.</p>
      ) : (
        <Fields key={slice.id} slice={slice} />
      )}
      {tuned && <NetworkNote />}
    </>
  );
}

function Fields({ slice }: { slice: Info }) {
  const labLabel = useLab((s) => s.label);
  const busy = useLab((s) => s.run.kind !== "done" || s.graph.kind !== "ready");
  // an epoch of the full graph is one step
  const usualEpochs = useLab((s) => (s.pretraining()?.view.kind === "full" ? 100 : 20));
  const error = useLab((s) => s.networkError);
  const tuning = useLab(isFineTuning);
  const run = useLab((s) => s.run);
  const work = tuning && run.kind === "preparing" ? { ...run, what: run.what ?? "" } : null;
  const { fineTune, dismissNetworkError } = useLab.getState();
  const [draft, setDraft] = useState(initial);
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const labels = labelsIn(slice);
  const label = draft.label ?? (labLabel !== null && labels.includes(labLabel) ? labLabel : labels[0]);
  const categories = categoriesOf(slice, label);
  const leaveOut = draft.leaveOut ?? namesOfUnknown(categories);
  const epochs = draft.epochs ?? usualEpochs;
  const { start, section, headLayer, reader, percent } = draft;
  const heldOut: HeldOutCells =
    section === null ? { kind: "block", share: HELD_OUT_SHARE } : { kind: "section", names: [section] };
  return (
    <>
      <KnobRow
        label="Learn"
        definition={terms.fineTuneLabel}
        changedFrom={null}
        onReset={() => set({ label: null, leaveOut: null })}
      >
        {(id) => (
          <Select
            id={id}
            w={150}
            data={labels}
            value={label}
            onChange={(next) => set({ label: next, leaveOut: null })}
            allowDeselect={false}
          />
        )}
      </KnobRow>
      <SegmentedControl
        aria-label="What becomes of the pretrained network"
        fullWidth
        my={4}
        data={[
          { value: "whole", label: "Whole" },
          { value: "frozen", label: "Frozen" },
          { value: "scratch", label: "From scratch" },
        ]}
        value={start}
        onChange={(value) => set({ start: value as FineTuneStart })}
      />
      <p className="label">{startWords[start]}</p>
      <KnobRow
        label="Hold out"
        definition={terms.fineTuneHeldOut}
        changedFrom={null}
        onReset={() => set({ section: null })}
      >
        {(id) => (
          <Select
            id={id}
            w={150}
            data={[
              { value: "", label: "blocks, 20 %" },
              // at least one section is to learn from
              ...(slice.section.names.length > 1 ? slice.section.names : []).map((name) => ({
                value: `section ${name}`,
                label: name,
              })),
            ]}
            value={section === null ? "" : `section ${section}`}
            onChange={(value) => set({ section: value ? value.slice("section ".length) : null })}
            allowDeselect={false}
          />
        )}
      </KnobRow>
      <NumberKnob
        label="Labels"
        definition={terms.fineTuneShare}
        value={percent}
        initial={100}
        onChange={(next) => set({ percent: next })}
        min={0.1}
        max={100}
        step={10}
        unit="%"
      />
      <NumberKnob
        label="Tuning epochs"
        definition={terms.epochs}
        value={epochs}
        initial={usualEpochs}
        onChange={(next) => set({ epochs: next })}
        min={1}
        max={10_000}
        integer
      />
      <More label="More of fine-tuning">
        <LeftOutKnob
          definition={terms.fineTuneUnlabelled}
          categories={categories}
          value={leaveOut}
          onChange={(names) => set({ leaveOut: names })}
        />
        <Checkbox
          size="xs"
          my={6}
          label="Another graph layer before the classifier"
          checked={headLayer}
          onChange={(event) => set({ headLayer: event.currentTarget.checked })}
        />
        <Checkbox
          size="xs"
          my={6}
          label="Join a linear reader of a cell's own genes"
          checked={reader}
          onChange={(event) => set({ reader: event.currentTarget.checked })}
        />
      </More>
      {work ? (
        <WorkNote title={work.what} work={work} />
      ) : (
        <Button
          fullWidth
          mt={6}
          variant="default"
          disabled={busy}
          onClick={() =>
            void fineTune({ label, leaveOut, start, heldOut, fraction: percent / 100, epochs, headLayer, reader })
          }
        >
          Fine-tune
        </Button>
      )}
      {error?.where === "fine-tune" && (
        <ErrorNote title="It was not fine-tuned" error={error.error} onDismiss={dismissNetworkError} />
      )}
    </>
  );
}

const startWords: Readonly<Record<FineTuneStart, string>> = {
  whole: "The pretrained encoder learns on, with a classifier on top.",
  frozen: "The pretrained encoder stays as it is; what stands on it learns.",
  scratch: "The same network without its pretraining, to compare with.",
};
