import { assertShape } from "../errors";
import { cellsBySection, type SectionCodes } from "../graph/sections";
import { quiet, type Task } from "../task";
import type { Codes } from "./contingency";
import { silhouette } from "./silhouette";

/**
 * Spatial ASW: the silhouette of the clusters on the cells' positions; higher where each is one compact place. Layers and
 * rings score low by their shape, however right they are.
 *
 * @param positions  shape (nObs, 2), row-major
 * @param sections   scored each by itself, then averaged by their cells; one section when null
 * @returns          -1 to 1; NaN where no section has two clusters
 * Source: `compute_ASW` of SDMBench (Yuan et al. 2024). Differs: sections, and sampling (see `silhouette`).
 */
export function spatialSilhouette(
  positions: Float32Array,
  codes: Codes,
  sections: SectionCodes | null = null,
  options: { readonly sampleSize?: number; readonly seed?: number } = {},
  task: Task = quiet,
): number {
  assertShape("Spatial silhouette, positions", [positions.length], [2 * codes.length]);
  let sum = 0;
  let n = 0;
  for (const section of cellsBySection(sections, codes.length)) {
    const cells = section.filter((cell) => codes[cell] >= 0);
    const own = Float32Array.from({ length: 2 * cells.length }, (_, e) => positions[2 * cells[e >> 1] + (e & 1)]);
    const score = silhouette(
      own,
      Int32Array.from(cells, (cell) => codes[cell]),
      { ...options, n: cells.length, d: 2 },
      task,
    );
    if (Number.isNaN(score)) continue;
    sum += cells.length * score;
    n += cells.length;
  }
  return n === 0 ? Number.NaN : sum / n;
}
