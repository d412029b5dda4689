import { LabError } from "../errors";
import type { LabelRecipe } from "../slice/cell-labels";
import { isUnlabelled } from "../slice/unlabelled";
import type { Collection } from "./collection";

/** The classes of a label over many sections. */
export interface SectionClasses {
  /** Those that some cell of the sections to train on has, in the collection's order. */
  readonly classes: readonly string[];
  /** Cells of each class in the sections to train on, (classes,). */
  readonly cells: Float64Array;
  /** Labelled cells of every section of the collection, (nSections,): cells of other classes are not among them. */
  readonly labelled: Uint32Array;
}

/**
 * @param train  numbers of the sections to train on
 * @throws LabError("missing") if no section has the label; LabError("range") if fewer than two classes are left
 */
export function sectionClasses(
  { labels, sections }: Pick<Collection, "labels" | "sections">,
  { name, leaveOut }: LabelRecipe,
  train: readonly number[],
): SectionClasses {
  const label = labels.find((one) => one.name === name);
  if (!label) {
    const names = labels.map((one) => one.name).join(", ");
    throw new LabError(
      "missing",
      `No section has a label "${name}".`,
      names ? `There are ${names}.` : "They have no label at all.",
    );
  }
  const { categories, counts } = label;
  const of = (s: number, code: number): number => counts[s * categories.length + code];
  const total = categories.map((_, code) => train.reduce((n, s) => n + of(s, code), 0));
  const kept = categories
    .map((_, code) => code)
    .filter((code) => total[code] > 0 && !isUnlabelled(categories[code]) && !leaveOut.includes(categories[code]));
  if (kept.length < 2)
    throw new LabError(
      "range",
      `${name} has ${kept.length === 1 ? `one class alone, ${categories[kept[0]]},` : "no class"} in the sections to train on.`,
      "Choose another label, or train on other sections.",
    );
  return {
    classes: kept.map((code) => categories[code]),
    cells: Float64Array.from(kept, (code) => total[code]),
    labelled: Uint32Array.from(sections, (_, s) => kept.reduce((n, code) => n + of(s, code), 0)),
  };
}
