import { Switch, Tooltip } from "@mantine/core";

interface ToggleProps {
  readonly label: string;
  readonly definition: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A setting that is on or off. */
export function Toggle({ label, definition, checked, onChange }: ToggleProps) {
  return (
    <Tooltip label={definition} position="right">
      <div>
        <Switch my={8} label={label} checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      </div>
    </Tooltip>
  );
}
