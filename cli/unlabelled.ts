import type { CategoricalColumn } from "../src/core/slice/slice";
import { isUnlabelled, labelCodes } from "../src/core/slice/unlabelled";

/**
 * A label without the cells that have none, and which categories were found and taken for that.
 *
 * @param more  further categories to leave out, by exact name
 */
export function withoutUnlabelled(
  column: CategoricalColumn,
  more: readonly string[] = [],
): { readonly label: Pick<CategoricalColumn, "name" | "codes">; readonly leftOut: readonly string[] } {
  const leftOut = column.categories.filter((name) => isUnlabelled(name) || more.includes(name));
  return { label: { name: column.name, codes: labelCodes(column, more) }, leftOut };
}

/** A note for names that are to be left out and that no category has: a slip of the pen would else go unseen. */
export function notCategories(label: string, leaveOut: readonly string[], categories: readonly string[]): string[] {
  const unknown = leaveOut.filter((name) => !categories.includes(name));
  if (unknown.length === 0) return [];
  const names = unknown.map((name) => `"${name}"`).join(" or ");
  return [`${label} has no category ${names} to leave out; it has ${categories.slice(0, 20).join(", ")}.`];
}
