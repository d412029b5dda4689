import { SegmentedControl, TextInput, Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import type { ViewRecipe } from "../../core/graph/view";
import { useLab } from "../../state/lab";
import { KnobRow, NumberKnob } from "../kit/Knob";
import { terms } from "./terms";
import { readFanOuts, viewWords } from "./view-words";

const presets = {
  full: { kind: "full" },
  ego: { kind: "ego", hops: 2, batchSize: 64 },
  sample: { kind: "sample", fanOuts: [10, 5], batchSize: 64 },
} as const satisfies Record<ViewRecipe["kind"], ViewRecipe>;

/** What of the graph a step sees. Takes effect with the next run, like the other settings. */
export function ViewControl() {
  const view = useLab((s) => s.recipe.view);
  const layers = useLab((s) => s.recipe.encoder.layers);
  const busy = useLab((s) => s.run.kind === "training" || s.run.kind === "preparing");
  const edit = useLab((s) => s.editRecipe);
  const setView = (next: ViewRecipe): void => edit((r) => ({ ...r, view: next }));
  return (
    <>
      <Tooltip label={terms.view} position="right">
        <SegmentedControl
          aria-label="What a step sees"
          data={[
            { value: "full", label: "Full graph" },
            { value: "ego", label: "Ego-nets" },
            { value: "sample", label: "Sampled" },
          ]}
          value={view.kind}
          onChange={(kind) => setView(presets[kind as ViewRecipe["kind"]])}
          disabled={busy}
          mb={6}
        />
      </Tooltip>
      <p className="label" style={{ margin: "0 0 6px" }}>
        {viewWords(view, layers)}
      </p>
      {view.kind === "ego" && (
        <NumberKnob
          label="Hops"
          definition={terms.hops}
          value={view.hops}
          initial={presets.ego.hops}
          onChange={(hops) => setView({ ...view, hops })}
          min={1}
          max={8}
          integer
          disabled={busy}
        />
      )}
      {view.kind === "sample" && (
        <FanOutKnob value={view.fanOuts} onChange={(fanOuts) => setView({ ...view, fanOuts })} disabled={busy} />
      )}
      {view.kind !== "full" && (
        <NumberKnob
          label="Batch size"
          definition={terms.batchSize}
          value={view.batchSize}
          initial={presets[view.kind].batchSize}
          onChange={(batchSize) => setView({ ...view, batchSize })}
          min={1}
          max={1_000_000}
          step={16}
          integer
          disabled={busy}
        />
      )}
    </>
  );
}

interface FanOutProps {
  readonly value: readonly number[];
  readonly onChange: (value: readonly number[]) => void;
  readonly disabled: boolean;
}

/** Numbers separated by commas; they take effect on Enter or on leaving the field, and what is no such list is undone. */
function FanOutKnob({ value, onChange, disabled }: FanOutProps) {
  const words = value.join(", ");
  const [draft, setDraft] = useState(words);
  useEffect(() => setDraft(words), [words]);
  const commit = (): void => {
    const fanOuts = readFanOuts(draft);
    setDraft(fanOuts?.join(", ") ?? words);
    if (fanOuts && fanOuts.join(", ") !== words) onChange(fanOuts);
  };
  const initial = presets.sample.fanOuts;
  return (
    <KnobRow
      label="Neighbours by hop"
      definition={terms.fanOuts}
      changedFrom={words === initial.join(", ") ? null : `default ${initial.join(", ")}`}
      onReset={() => onChange(initial)}
    >
      {(id) => (
        <TextInput
          id={id}
          w={92}
          value={draft}
          onChange={(event) => setDraft(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === "Enter" && commit()}
          disabled={disabled}
        />
      )}
    </KnobRow>
  );
}
