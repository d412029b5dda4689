import type { Collection } from "../src/core/collection/collection";
import { medianTotal } from "../src/core/preprocess/statistics";
import { heldOutSection, ofClasses, sectionsWithClasses } from "../src/core/study/annotation/held-out-section";

/** What `inspect` and `collect` print of a collection. */
export function collectionSummary({ sections, labels, varNames, countState, nObs, notes }: Collection): object {
  return {
    nSections: sections.length,
    nObs,
    nVars: varNames.length,
    nnz: sections.reduce((n, { nnz }) => n + nnz, 0),
    countState,
    sections: sections.map(({ name, file, nObs: cells, nnz, totals, lostGenes }) => {
      return { name, file, cells, nnz, medianTotal: medianTotal(totals), lostGenes };
    }),
    labels: labels.map(({ name, categories, counts }) => {
      const width = categories.length;
      const composition = sections.map((_, s) => [...counts.subarray(s * width, (s + 1) * width)]);
      const missing = composition.map((row, s) => sections[s].nObs - row.reduce((a, b) => a + b, 0));
      const classes = ofClasses({ nSections: sections.length, nClasses: width, counts }, categories);
      const held = sectionsWithClasses(classes).length > 1 ? heldOutSection(classes) : null;
      return { name, categories, composition, missing, heldOut: held === null ? null : sections[held].name };
    }),
    notes,
  };
}
