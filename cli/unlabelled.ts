import type { CategoricalColumn } from "../src/core/slice/slice";

/** How files write that a cell has no label; such cells are left out of training and score. */
const NO_LABEL = ["", "na", "nan", "none", "null", "<na>"];

/**
 * The label with cells of categories that mean "unlabelled" as missing (-1).
 *
 * @param more  further categories to leave out, by exact name
 * @returns     `leftOut`, the categories that were found and taken for missing
 */
export function withoutUnlabelled(
  { name, codes, categories }: CategoricalColumn,
  more: readonly string[] = [],
): { readonly label: Pick<CategoricalColumn, "name" | "codes">; readonly leftOut: readonly string[] } {
  const isMissing = categories.map((c) => NO_LABEL.includes(c.trim().toLowerCase()) || more.includes(c));
  const leftOut = categories.filter((_, code) => isMissing[code]);
  return { label: { name, codes: codes.map((code) => (isMissing[code] ? -1 : code)) }, leftOut };
}
