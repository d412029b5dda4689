import { LabError } from "../errors";
import type { CategoricalColumn, ObsColumn, Slice } from "./slice";
import { labelCodes } from "./unlabelled";

/** A label to learn: the class of each cell. */
export interface CellLabels {
  /** Of the column. */
  readonly name: string;
  /** Those that some cell has, in the column's order. */
  readonly classes: readonly string[];
  readonly codes: Int32Array; // (nObs,), -1 for a cell without label
}

/** Which label, and which of its categories are not classes to learn ("Ambiguous"). */
export interface LabelRecipe {
  readonly name: string;
  readonly leaveOut: readonly string[];
}

/**
 * A label with the classes that occur; missing values and categories such as "NA" are no label.
 *
 * @throws LabError("missing") if there is no such column, naming those there are; LabError("range") if fewer than two
 *   classes are left to tell apart
 */
export function cellLabels({ obs }: Pick<Slice, "obs">, { name, leaveOut }: LabelRecipe): CellLabels {
  const columns = obs.filter((column): column is CategoricalColumn => column.kind === "categorical");
  const column = columns.find((c) => c.name === name);
  if (!column) {
    const names = columns.map((c) => c.name).join(", ");
    throw new LabError(
      "missing",
      `The slice has no label "${name}".`,
      names ? `It has ${names}.` : "It has no categorical column at all; methods without labels train on it.",
    );
  }
  const all = labelCodes(column, leaveOut);
  const counts = new Uint32Array(column.categories.length);
  for (const code of all) if (code >= 0) counts[code]++;
  const place = new Int32Array(column.categories.length).fill(-1);
  const classes = column.categories.filter((_, code) => counts[code] > 0);
  for (const [k, category] of classes.entries()) place[column.categories.indexOf(category)] = k;
  if (classes.length < 2) {
    throw new LabError(
      "range",
      `${name} has ${classes.length === 1 ? `one class alone, ${classes[0]}` : "no class"}: there is nothing to tell apart.`,
      "Choose another label.",
    );
  }
  return { name, classes, codes: all.map((code) => (code < 0 ? -1 : place[code])) };
}

/** Codes of the cells into given classes, matched by name, (nObs,); -1 for other classes and cells without one; null without such a column. */
export function codesAmong(
  { obs }: { readonly obs: readonly ObsColumn[] },
  { name, leaveOut }: LabelRecipe,
  classes: readonly string[],
): Int32Array | null {
  const column = obs.find((one) => one.name === name);
  if (column?.kind !== "categorical") return null;
  const place = column.categories.map((category) => classes.indexOf(category));
  return labelCodes(column, leaveOut).map((code) => (code < 0 ? -1 : place[code]));
}
