import { SegmentsKnob } from "../../kit/ChoiceKnob";
import { NumberKnob } from "../../kit/Knob";
import type { Draft, DraftPart } from "./plan-draft";
import { studyTerms } from "./words";

/** How long each network learns. */
export function BudgetFields({ draft: { budget }, set }: DraftPart) {
  const choose = (kind: Draft["budget"]["kind"]): void => {
    if (kind === "steps") set({ budget: { kind, steps: 500 } });
    else if (kind === "epochs") set({ budget: { kind, epochs: 100 } });
    else set({ budget: { kind: "preset" } });
  };
  return (
    <>
      <SegmentsKnob
        label="Length"
        definition={studyTerms.budget}
        onReset={() => set({ budget: { kind: "preset" } })}
        data={[
          { value: "preset", label: "preset's" },
          { value: "steps", label: "steps" },
          { value: "epochs", label: "epochs" },
        ]}
        value={budget.kind}
        onChange={choose}
      />
      {budget.kind === "steps" && (
        <NumberKnob
          label="Steps"
          definition={studyTerms.steps}
          value={budget.steps}
          initial={500}
          onChange={(steps) => set({ budget: { kind: "steps", steps } })}
          min={1}
          max={1_000_000}
          step={100}
          integer
        />
      )}
      {budget.kind === "epochs" && (
        <NumberKnob
          label="Epochs"
          definition={studyTerms.epochs}
          value={budget.epochs}
          initial={100}
          onChange={(epochs) => set({ budget: { kind: "epochs", epochs } })}
          min={1}
          max={1_000_000}
          step={10}
          integer
        />
      )}
    </>
  );
}
