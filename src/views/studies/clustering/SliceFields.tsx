import { Checkbox, MultiSelect } from "@mantine/core";
import type { LabState } from "../../../state/lab-state";
import { labelsIn } from "../../../state/recipe-method";
import { SelectKnob } from "../../kit/ChoiceKnob";
import { KnobRow } from "../../kit/Knob";
import styles from "../Studies.module.css";
import { studyTerms } from "./words";

export interface SliceChoice {
  readonly taken: boolean;
  readonly label: string | null;
  readonly sections: readonly string[] | null;
}

interface SliceFieldsProps {
  readonly info: NonNullable<LabState["slice"]>;
  readonly several: boolean;
  readonly choice: SliceChoice;
  readonly onChange: (choice: SliceChoice) => void;
}

/** Whether a slice is studied, by which label, and which sections of it. */
export function SliceFields({ info, several, choice, onChange }: SliceFieldsProps) {
  const names = info.section.names;
  return (
    <fieldset className={styles.group}>
      <legend>Slice</legend>
      {several ? (
        <Checkbox
          size="xs"
          label={info.name}
          checked={choice.taken}
          onChange={(event) => onChange({ ...choice, taken: event.currentTarget.checked })}
        />
      ) : (
        <div className={styles.sliceName}>{info.name}</div>
      )}
      {choice.taken && (
        <>
          <SelectKnob
            label="Label"
            definition={studyTerms.label}
            data={labelsIn(info)}
            value={choice.label}
            onChange={(label) => onChange({ ...choice, label })}
          />
          {names.length > 1 && (
            <KnobRow label="Sections" definition={studyTerms.sections} changedFrom={null} onReset={() => {}}>
              {(id) => (
                <MultiSelect
                  id={id}
                  w={150}
                  size="xs"
                  data={[...names]}
                  value={[...(choice.sections ?? [])]}
                  onChange={(kept) => onChange({ ...choice, sections: kept.length > 0 ? kept : null })}
                  placeholder={choice.sections ? "" : "all"}
                />
              )}
            </KnobRow>
          )}
        </>
      )}
    </fieldset>
  );
}
