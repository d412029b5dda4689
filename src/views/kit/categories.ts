import type { LabState } from "../../state/lab-state";

/** The categories of a column; none where it has numbers or is not there. */
export function categoriesOf({ obs }: NonNullable<LabState["slice"]>, label: string): string[] {
  const column = obs.find(({ name }) => name === label);
  return column?.kind === "categorical" ? [...column.categories] : [];
}

/** Categories that are a word for "not known" rather than a class: left out until a person says otherwise. */
export const namesOfUnknown = (categories: readonly string[]): string[] =>
  categories.filter((name) => /^(ambiguous|unknown)$/i.test(name));
