import { assertShape, LabError } from "../errors";
import { createNearestSearch } from "../graph/nearest";
import { cellsBySection, type SectionCodes } from "../graph/sections";
import { buildStrips } from "../graph/strips";
import type { Codes } from "../metrics/contingency";

export interface RefineOptions {
  /** Nearest cells asked, the cell itself not counted. */
  readonly nNeighbours?: number;
  /**
   * `majority`: every cell takes the most frequent cluster of its neighbours; of equal ones that of the nearest.
   * `hesitant`: a cell changes only if fewer than half of them share its cluster and more than half agree on another.
   */
  readonly rule?: "majority" | "hesitant";
  readonly sections?: SectionCodes | null;
}

/**
 * Smooths clusters in space; each cell asks its neighbours as they were before.
 *
 * @param positions  shape (nObs, 2), row-major
 * @param codes      cluster of each cell, negative = none: it is not asked and stays as it is
 * @returns          shape (nObs,); a cluster may end up without cells
 * @throws LabError("shape") if the sizes disagree, LabError("range") unless nNeighbours >= 1
 * Source: `majority` is refine_label of GraphST (50 neighbours); `hesitant` is refine of SpaGCN (6 for hexagons, 4 for
 *   squares), which counts the cell itself among those that vote. Differs: equal distances go to the lower cell number.
 * Cost: O(n (log n + nNeighbours)).
 */
export function refineLabels(
  positions: Float32Array,
  codes: Codes,
  { nNeighbours = 50, rule = "majority", sections = null }: RefineOptions = {},
): Int32Array {
  assertShape("Refinement, positions", [positions.length], [2 * codes.length]);
  if (!Number.isInteger(nNeighbours) || nNeighbours < 1)
    throw new LabError("range", `Refinement: expected 1 neighbour or more, got ${nNeighbours}.`);
  const refined = Int32Array.from(codes);
  for (const section of cellsBySection(sections, codes.length)) {
    const cells = section.filter((cell) => codes[cell] >= 0);
    if (cells.length < 2) continue;
    const strips = buildStrips(positions, cells);
    const search = createNearestSearch(strips, Math.min(nNeighbours, cells.length - 1));
    for (let s = 0; s < strips.left.length; s++)
      for (let place = strips.start[s]; place < strips.start[s + 1]; place++) {
        const cell = strips.ids[place];
        const asked = Array.from(search.ids.subarray(0, search.find(s, place)), (id) => codes[id]);
        refined[cell] = rule === "majority" ? mostFrequent(asked).code : hesitant(codes[cell], asked);
      }
  }
  return refined;
}

function hesitant(own: number, asked: readonly number[]): number {
  const most = mostFrequent([own, ...asked]);
  const same = 1 + asked.filter((code) => code === own).length;
  return same < asked.length / 2 && most.times > asked.length / 2 ? most.code : own;
}

/** The first met of equally frequent ones. */
function mostFrequent(codes: readonly number[]): { code: number; times: number } {
  const times = new Map<number, number>();
  for (const code of codes) times.set(code, (times.get(code) ?? 0) + 1);
  let best = { code: codes[0], times: 0 };
  for (const [code, n] of times) if (n > best.times) best = { code, times: n };
  return best;
}
