import type { Slice } from "../../slice/slice";
import { stringAt } from "../../slice/utf8-column";

/** A cell in plain words: all that a slice knows of it, genes and categories by name, whatever their numbers. */
export function cellsOf(slice: Slice): Record<string, unknown>[] {
  const { X, varNames, obs, spatial, section, obsNames } = slice;
  return Array.from({ length: slice.nObs }, (_, i) => ({
    cell: stringAt(obsNames, i),
    section: section.names[section.codes[i]],
    at: [spatial[2 * i], spatial[2 * i + 1]],
    counts: Object.fromEntries(
      Array.from({ length: X.indptr[i + 1] - X.indptr[i] }, (_, k) => {
        const e = X.indptr[i] + k;
        return [varNames[X.indices[e]], X.data[e]];
      }),
    ),
    ...Object.fromEntries(
      obs.map((column) => [
        column.name,
        column.kind === "categorical" ? (column.categories[column.codes[i]] ?? null) : column.values[i],
      ]),
    ),
  }));
}
