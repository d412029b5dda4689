import type { ObsColumn } from "../../core/slice/slice";
import { formatNumber } from "../format/numbers";

/** What a column says of one cell, "–" where it says nothing. */
export function obsText(column: ObsColumn, cell: number): string {
  if (column.kind === "numeric") return formatNumber(column.values[cell]);
  return column.categories[column.codes[cell]] || "–";
}
