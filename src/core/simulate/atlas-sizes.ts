import { LabError } from "../errors";
import { deriveRng } from "../random";

/** The whole mouse brain of the SpatialSSL paper: 59 coronal sections, 4,334,174 cells, 550 genes. */
export const ATLAS = { nSections: 59, nCells: 4_334_174, smallest: 14_878, largest: 130_112, nGenes: 550 } as const;

/**
 * Cells of each section of a simulated atlas, as many and as unequal as the paper's. The paper gives the total, the smallest and
 * the largest section; between them sizes follow the outline of a brain, small at both ends, unevenly cut:
 * smallest + (largest − smallest) · u^p with the one p that gives the total.
 *
 * Differs: the paper also speaks of 62,342 cells a section on average, which 59 sections of 4,334,174 cells do not have.
 *
 * @param nSections  of the 59 as many, spread evenly over their sizes, always with the largest
 */
export function atlasSizes(nSections: number = ATLAS.nSections): number[] {
  if (!(Number.isInteger(nSections) && nSections >= 1 && nSections <= ATLAS.nSections))
    throw new LabError("range", `A simulated atlas has 1 to ${ATLAS.nSections} sections, got ${nSections}.`);
  const all = allSizes();
  if (nSections === all.length) return all;
  const byCells = all.map((_, s) => s).sort((a, b) => all[b] - all[a]);
  const kept = Array.from({ length: nSections }, (_, k) => byCells[Math.floor((k * all.length) / nSections)]);
  return kept.sort((a, b) => a - b).map((s) => all[s]);
}

function allSizes(): number[] {
  const { nSections, nCells, smallest, largest } = ATLAS;
  const rng = deriveRng(0, nSections);
  const outline = Array.from(
    { length: nSections },
    (_, s) => Math.sin((Math.PI * (s + 0.5)) / nSections) + 0.15 * rng(),
  );
  const [low, high] = [Math.min(...outline), Math.max(...outline)];
  const sizesFor = (p: number): number[] =>
    outline.map((h) => Math.round(smallest + (largest - smallest) * ((h - low) / (high - low)) ** p));
  const total = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);

  // a larger exponent makes every section between the two ends smaller
  let [few, many] = [0.1, 10];
  for (let i = 0; i < 60; i++) {
    const p = (few + many) / 2;
    if (total(sizesFor(p)) > nCells) few = p;
    else many = p;
  }
  const sizes = sizesFor(many);
  sizes[sizes.findIndex((n) => n > 2 * smallest && n < largest / 2)] += nCells - total(sizes); // what rounding left
  return sizes;
}
