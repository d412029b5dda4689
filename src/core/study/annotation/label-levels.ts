import { assertShape } from "../../errors";
import type { Codes } from "../../metrics/contingency";
import type { ObsColumn, Slice } from "../../slice/slice";
import { labelCodes } from "../../slice/unlabelled";

/** How one level of a label follows from a finer one. */
export interface CoarserLevel {
  /** Code of the level for each code of the fine label; -1 for one that no cell has beside a code of the level. */
  readonly of: Int32Array;
  /** Share of the cells with both whose level is that of `of`: 1 where every fine class lies within one coarse class. */
  readonly purity: number;
}

/**
 * The level of each fine class, by the majority of its cells; ties go to the lower code. Division, class, subclass and cluster
 * of an atlas are columns of their own, and nothing in a file says which lies within which.
 *
 * @param fine, coarse  codes, shape (n,), negative = missing
 * @param nFine         codes of the fine label
 * @throws LabError("shape") if the lengths differ
 */
export function coarserLevel(fine: Codes, coarse: Codes, nFine: number): CoarserLevel {
  assertShape("Label level", [coarse.length], [fine.length]);
  const counts = Array.from({ length: nFine }, () => new Map<number, number>());
  let total = 0;
  for (let i = 0; i < fine.length; i++) {
    if (fine[i] < 0 || coarse[i] < 0) continue;
    const of = counts[fine[i]];
    of.set(coarse[i], (of.get(coarse[i]) ?? 0) + 1);
    total++;
  }
  let kept = 0;
  const of = Int32Array.from(counts, (by) => {
    let [best, most] = [-1, 0];
    for (const [code, n] of by) if (n > most || (n === most && code < best)) [best, most] = [code, n];
    kept += most;
    return best;
  });
  return { of, purity: total === 0 ? Number.NaN : kept / total };
}

/** Share of the cells that may lie outside the coarse class of their fine one in a column that still counts as coarser. */
export const LARGEST_STRAY_SHARE = 0.02;

/**
 * The columns that are coarser levels of a label, finest first: all but 2 % of the cells with both lie in the coarse class of
 * most of their fine class, and there are at least two such coarse classes, fewer than fine ones. Nothing but the table of
 * both columns is looked at, so a column that means something else may qualify; a person can leave it out.
 *
 * @param unlabelled    categories of the label that are no class
 * @param testSections  by name; their labels are not looked at
 */
export function coarserColumns(
  { obs, section }: { readonly obs: readonly ObsColumn[]; readonly section: Slice["section"] },
  label: string,
  { unlabelled = [], testSections = [] }: { unlabelled?: readonly string[]; testSections?: readonly string[] } = {},
): string[] {
  const fine = obs.find(({ name }) => name === label);
  if (fine?.kind !== "categorical") return [];
  const codes = labelCodes(fine, unlabelled).map((code, i) =>
    testSections.includes(section.names[section.codes[i]]) ? -1 : code,
  );
  const found = obs.flatMap((column) => {
    if (column.kind !== "categorical" || column === fine || column.name === "section") return [];
    const { of, purity } = coarserLevel(codes, labelCodes(column), fine.categories.length);
    const known = of.filter((code) => code >= 0);
    const nCoarse = new Set(known).size;
    const isCoarser = nCoarse >= 2 && nCoarse < known.length && purity >= 1 - LARGEST_STRAY_SHARE;
    return isCoarser ? [{ name: column.name, nCoarse }] : [];
  });
  return found.sort((a, b) => b.nCoarse - a.nCoarse).map(({ name }) => name);
}
