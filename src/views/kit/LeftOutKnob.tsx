import { MultiSelect } from "@mantine/core";
import { KnobRow } from "./Knob";

export interface LeftOutKnobProps {
  readonly definition: string;
  readonly categories: string[];
  readonly value: readonly string[];
  readonly onChange: (names: string[] | null) => void;
}

/** Categories that count as unlabelled; null gives the choice back to the lab. */
export function LeftOutKnob({ definition, categories, value, onChange }: LeftOutKnobProps) {
  return (
    <KnobRow label="Unlabelled" definition={definition} changedFrom={null} onReset={() => onChange(null)}>
      {(id) => (
        <MultiSelect
          id={id}
          w={150}
          size="xs"
          data={categories}
          value={[...value]}
          onChange={onChange}
          placeholder={value.length > 0 ? "" : "none"}
        />
      )}
    </KnobRow>
  );
}
