import { SegmentedControl, Select } from "@mantine/core";
import { KnobRow } from "./Knob";

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly definition: string;
  readonly data: readonly (T | { readonly value: T; readonly label: string })[];
  readonly onChange: (value: T) => void;
  readonly changedFrom?: string | null;
  /** A double click on the name; without it nothing is reset. */
  readonly onReset?: () => void;
}

/** One of a few settings, all in sight. */
export function SegmentsKnob<T extends string>({
  label,
  definition,
  data,
  value,
  onChange,
  changedFrom = null,
  onReset = () => {},
}: ChoiceProps<T> & { readonly value: T }) {
  return (
    <KnobRow label={label} definition={definition} changedFrom={changedFrom} onReset={onReset}>
      {() => (
        <SegmentedControl
          aria-label={label}
          fullWidth={false}
          data={[...data]}
          value={value}
          onChange={(next) => onChange(next as T)}
        />
      )}
    </KnobRow>
  );
}

/** One of many. */
export function SelectKnob<T extends string>({
  label,
  definition,
  data,
  value,
  onChange,
  changedFrom = null,
  onReset = () => {},
  width = 150,
}: ChoiceProps<T> & { readonly value: T | null; readonly width?: number }) {
  return (
    <KnobRow label={label} definition={definition} changedFrom={changedFrom} onReset={onReset}>
      {(id) => (
        <Select
          id={id}
          w={width}
          data={[...data]}
          value={value}
          onChange={(next) => next !== null && onChange(next as T)}
          allowDeselect={false}
        />
      )}
    </KnobRow>
  );
}
