import type { LabState } from "../../state/lab-state";

/** The categories of a column; none where it has numbers or is not there. */
export function categoriesOf({ obs }: NonNullable<LabState["slice"]>, label: string): string[] {
  const column = obs.find(({ name }) => name === label);
  return column?.kind === "categorical" ? [...column.categories] : [];
}
