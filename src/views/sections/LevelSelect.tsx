import { Select } from "@mantine/core";

interface LevelSelectProps {
  readonly labels: readonly { readonly name: string; readonly categories: readonly string[] }[];
  readonly value: string;
  readonly onChange: (label: string | null) => void;
}

/** By which label sections are compared, from the coarsest to the finest. */
export function LevelSelect({ labels, value, onChange }: LevelSelectProps) {
  return (
    <Select
      aria-label="Level of the label"
      data={labels.map(({ name, categories }) => ({ value: name, label: `${name} (${categories.length})` }))}
      value={value}
      onChange={onChange}
      allowDeselect={false}
    />
  );
}
