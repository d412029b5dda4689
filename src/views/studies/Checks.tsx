import { Checkbox } from "@mantine/core";

interface ChecksProps<T extends string> {
  readonly all: readonly T[];
  readonly chosen: readonly T[];
  readonly nameOf: (one: T) => string;
  readonly onChange: (chosen: T[]) => void;
}

/** Any of some; what is chosen is in the order of `all`, so that a plan does not depend on the order of clicks. */
export function Checks<T extends string>({ all, chosen, nameOf, onChange }: ChecksProps<T>) {
  return all.map((one) => (
    <Checkbox
      key={one}
      size="xs"
      label={nameOf(one)}
      checked={chosen.includes(one)}
      onChange={() => onChange(all.filter((other) => (other === one) !== chosen.includes(other)))}
    />
  ));
}
