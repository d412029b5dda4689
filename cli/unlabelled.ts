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
