import { assertShape } from "../../errors";
import type { Codes } from "../../metrics/contingency";

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
