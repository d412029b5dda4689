import type { CategoricalColumn } from "./slice";

/** What files write where a cell has no label; compared without case and surrounding space. */
const unlabelledNames = new Set([
  "",
  "na",
  "n/a",
  "<na>",
  "nan",
  "none",
  "null",
  "unlabelled",
  "unlabeled",
  "unannotated",
]);

/** True if a category of this name says that there is no label. */
export function isUnlabelled(category: string): boolean {
  return unlabelledNames.has(category.trim().toLowerCase());
}

/** Categories that are a word for "not known" rather than a class: left out until a person says otherwise. */
export const namesOfUnknown = (categories: readonly string[]): string[] =>
  categories.filter((name) => /^(ambiguous|unknown)$/i.test(name.trim()));

/** Whether each category is a class: those that say that there is no label are none, nor are those that are left out. */
export function areClasses(categories: readonly string[], leaveOut: readonly string[] = []): boolean[] {
  return categories.map((name) => !isUnlabelled(name) && !leaveOut.includes(name));
}

/**
 * Codes of a label with -1 for every cell that has none, whether the file left it out or wrote "NA".
 *
 * @param leaveOut  further categories that are not classes to learn or to score ("Ambiguous")
 */
export function labelCodes(
  column: Pick<CategoricalColumn, "codes" | "categories">,
  leaveOut: readonly string[] = [],
): Int32Array {
  const keep = areClasses(column.categories, leaveOut);
  return Int32Array.from(column.codes, (code) => (code >= 0 && keep[code] ? code : -1));
}
