import { assertShape } from "../errors";
import { createNearestSearch } from "../graph/nearest";
import { cellsBySection, type SectionCodes } from "../graph/sections";
import { buildStrips } from "../graph/strips";
import type { Codes } from "./contingency";

/**
 * PAS, the percentage of abnormal spots, as a share: cells of which more than half of the 10 nearest cells in space are
 * of other clusters.
 *
 * @param positions  shape (nObs, 2), row-major
 * @param codes      cluster of each cell, negative = none: it counts nowhere, nor as a neighbour
 * @param sections   neighbours are of the same section; one section when null
 * @returns          0 to 1, less is better; NaN where no cell has a cluster
 * Source: Shang & Zhou 2022 (SpatialPCA); `_compute_PAS` of SDMBench (Yuan et al. 2024). Differs: equal distances go to
 *   the lower cell number; a section of 10 cells or fewer takes all of them, and more than half of those.
 * Cost: O(n log n).
 */
export function pas(
  positions: Float32Array,
  codes: Codes,
  sections: SectionCodes | null = null,
  { k = 10 }: { readonly k?: number } = {},
): number {
  assertShape("PAS, positions", [positions.length], [2 * codes.length]);
  let abnormal = 0;
  let n = 0;
  for (const section of cellsBySection(sections, codes.length)) {
    const cells = section.filter((cell) => codes[cell] >= 0);
    n += cells.length;
    if (cells.length < 2) continue;
    const strips = buildStrips(positions, cells);
    const search = createNearestSearch(strips, Math.min(k, cells.length - 1));
    for (let s = 0; s < strips.left.length; s++)
      for (let place = strips.start[s]; place < strips.start[s + 1]; place++) {
        const found = search.find(s, place);
        let others = 0;
        for (let e = 0; e < found; e++) if (codes[search.ids[e]] !== codes[strips.ids[place]]) others++;
        if (others > found / 2) abnormal++;
      }
  }
  return n === 0 ? Number.NaN : abnormal / n;
}
