import { NumberInput, Tooltip, UnstyledButton } from "@mantine/core";
import { type ReactNode, useEffect, useId, useState } from "react";
import styles from "./Knob.module.css";

interface RowProps {
  readonly label: string;
  /** What the term means. */
  readonly definition: string;
  /** The default in words; null where it is what is set. */
  readonly changedFrom: string | null;
  readonly onReset: () => void;
  readonly children: (id: string) => ReactNode;
}

/** A setting: its name with the definition, its default once it was changed, its control. A double click on the name resets. */
export function KnobRow({ label, definition, changedFrom, onReset, children }: RowProps) {
  const id = useId();
  return (
    <div className={styles.row}>
      <Tooltip label={definition} position="top-start">
        <label htmlFor={id} className={styles.label} onDoubleClick={onReset}>
          {label}
        </label>
      </Tooltip>
      {changedFrom !== null && (
        <UnstyledButton className={styles.reset} onClick={onReset} aria-label={`Reset ${label} to ${changedFrom}`}>
          {changedFrom}
        </UnstyledButton>
      )}
      {children(id)}
    </div>
  );
}

interface NumberKnobProps {
  readonly label: string;
  readonly definition: string;
  readonly value: number;
  readonly initial: number;
  readonly onChange: (value: number) => void;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly unit?: string;
  readonly integer?: boolean;
  readonly disabled?: boolean;
}

/** A number that takes effect on Enter, on leaving the field, or shortly after an arrow. */
export function NumberKnob({ label, definition, value, initial, onChange, unit, integer, ...limits }: NumberKnobProps) {
  const [draft, setDraft] = useState<number | string>(value);
  useEffect(() => setDraft(value), [value]);
  const commit = (next: number | string): void => {
    const number = Number(next);
    if (next === "" || !Number.isFinite(number)) {
      setDraft(value);
      return;
    }
    const inside = Math.min(limits.max, Math.max(limits.min, integer ? Math.round(number) : number));
    setDraft(inside);
    if (inside !== value) onChange(inside);
  };
  useEffect(() => {
    // arrows and typing settle before anything is computed anew
    if (draft === value || draft === "") return;
    const timer = setTimeout(() => commit(draft), 700);
    return () => clearTimeout(timer);
  });
  return (
    <KnobRow
      label={label}
      definition={definition}
      changedFrom={value === initial ? null : `default ${initial}`}
      onReset={() => onChange(initial)}
    >
      {(id) => (
        <NumberInput
          id={id}
          w={unit ? 104 : 92}
          value={draft}
          onChange={setDraft}
          onBlur={() => commit(draft)}
          onKeyDown={(event) => event.key === "Enter" && commit(draft)}
          suffix={unit ? ` ${unit}` : ""}
          allowDecimal={!integer}
          clampBehavior="none"
          thousandSeparator=","
          {...limits}
        />
      )}
    </KnobRow>
  );
}
