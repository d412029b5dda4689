import { LabError } from "../../errors";
import type { Codes } from "../../metrics/contingency";
import { areClasses, namesOfUnknown } from "../../slice/unlabelled";

/** Cells of each class in each section, shape (nSections, nClasses), row-major; cells without a label or section are left out. */
export interface Composition {
  readonly nSections: number;
  readonly nClasses: number;
  readonly counts: Uint32Array;
}

/**
 * Counts the cells of each class in each section.
 * @throws LabError("shape") unless there is one label and one section for each cell
 */
export function compositionOf(
  labels: Codes,
  sections: Codes,
  { nSections, nClasses }: { readonly nSections: number; readonly nClasses: number },
): Composition {
  if (labels.length !== sections.length)
    throw new LabError("shape", `Composition: ${labels.length} labels but ${sections.length} sections of cells.`);
  const counts = new Uint32Array(nSections * nClasses);
  for (let i = 0; i < labels.length; i++)
    if (labels[i] >= 0 && sections[i] >= 0) counts[sections[i] * nClasses + labels[i]]++;
  return { nSections, nClasses, counts };
}

/**
 * The composition of what is a class alone: the rule speaks of cell types, and a cell called "NA" or "Ambiguous" has none.
 *
 * @param categories  names of the columns of `counts`
 * @param leaveOut    categories that are no classes, beside those that say that there is no label; words for "not known" where
 *   nobody has chosen
 */
export function ofClasses(
  { nSections, nClasses, counts }: Composition,
  categories: readonly string[],
  leaveOut: readonly string[] = namesOfUnknown(categories),
): Composition {
  const keep = areClasses(categories, leaveOut);
  return { nSections, nClasses, counts: counts.map((n, e) => (keep[e % nClasses] ? n : 0)) };
}

/** Sections with a cell of some class: fewer than two leave nothing to test on and learn from. */
export function sectionsWithClasses({ nSections, nClasses, counts }: Composition): number[] {
  return Array.from({ length: nSections }, (_, s) => s).filter((s) =>
    counts.subarray(s * nClasses, (s + 1) * nClasses).some((n) => n > 0),
  );
}

/**
 * How far the composition of each section s lies from the mean section:  Σ_k | n_sk − mean_s' n_s'k |, in cells.
 *
 * Source: the SpatialSSL paper, appendix A.3, "calculating the average number of each cell type across all slices and
 * selecting the slice wherein the difference in the quantity of each cell type was smallest". The paper does not say how
 * the differences are joined; here as the sum of their absolute values. The counts are compared, not shares, so a
 * section of average size is favoured: it is representative in number as well as in kind.
 */
export function sectionImbalance({ nSections, nClasses, counts }: Composition): Float64Array {
  const imbalance = new Float64Array(nSections);
  for (let k = 0; k < nClasses; k++) {
    let mean = 0;
    for (let s = 0; s < nSections; s++) mean += counts[s * nClasses + k];
    mean /= nSections;
    for (let s = 0; s < nSections; s++) imbalance[s] += Math.abs(counts[s * nClasses + k] - mean);
  }
  return imbalance;
}

/**
 * The section to test on by the paper's rule: that of the least `sectionImbalance`, the first of several. Sections
 * without a labelled cell are no candidates, though they count in the mean.
 *
 * @param composition  of classes alone (`ofClasses`)
 * @returns its code
 * @throws LabError("missing") if fewer than two sections hold labelled cells: nothing would be left to learn from
 */
export function heldOutSection(composition: Composition): number {
  const labelled = sectionsWithClasses(composition);
  if (labelled.length < 2)
    throw new LabError(
      "missing",
      `A section to test on needs at least two with labelled cells; there ${labelled.length === 1 ? "is one" : "are none"}.`,
      "Add sections, or choose another label.",
    );
  const imbalance = sectionImbalance(composition);
  return labelled.reduce((best, s) => (imbalance[s] < imbalance[best] ? s : best));
}
