import { assertShape } from "../errors";
import { createNearestSearch } from "../graph/nearest";
import { cellsBySection, type SectionCodes } from "../graph/sections";
import { buildStrips } from "../graph/strips";
import type { Codes } from "./contingency";

/**
 * CHAOS: how far a cell's nearest neighbour of the same cluster is, on average; small where clusters are compact.
 *   Σ_clusters Σ_i in cluster min_j in cluster |s_i - s_j| / n,   s = positions with mean 0 and deviation 1 on each axis
 * Clusters of two cells or fewer add nothing to the sum, their cells count in n.
 *
 * @param positions  shape (nObs, 2), row-major
 * @param codes      cluster of each cell, negative = none: it counts nowhere
 * @param sections   each is standardised by itself, and no neighbour is in another; one section when null
 * @returns          NaN where no cell has a cluster
 * Source: Shang & Zhou 2022 (SpatialPCA); `_compute_CHAOS` of SDMBench (Yuan et al. 2024). Differs: sections.
 * Cost: O(n log n).
 */
export function chaos(positions: Float32Array, codes: Codes, sections: SectionCodes | null = null): number {
  assertShape("CHAOS, positions", [positions.length], [2 * codes.length]);
  let sum = 0;
  let n = 0;
  for (const section of cellsBySection(sections, codes.length)) {
    const cells = section.filter((cell) => codes[cell] >= 0);
    n += cells.length;
    const standard = standardised(positions, cells);
    const byCluster = new Map<number, number[]>();
    cells.forEach((cell, i) => {
      const members = byCluster.get(codes[cell]);
      if (members) members.push(i);
      else byCluster.set(codes[cell], [i]);
    });
    for (const [, members] of [...byCluster].sort(([a], [b]) => a - b))
      if (members.length > 2) sum += nearestDistances(standard, Uint32Array.from(members));
  }
  return n === 0 ? Number.NaN : sum / n;
}

/** Positions of these cells, each axis with mean 0 and population deviation 1; an axis without extent becomes 0. */
function standardised(positions: Float32Array, cells: Uint32Array): Float32Array {
  const out = new Float32Array(2 * cells.length);
  for (const axis of [0, 1]) {
    let mean = 0;
    for (const cell of cells) mean += positions[2 * cell + axis];
    mean /= cells.length;
    let squares = 0;
    for (const cell of cells) squares += (positions[2 * cell + axis] - mean) ** 2;
    const deviation = Math.sqrt(squares / cells.length) || 1;
    cells.forEach((cell, i) => {
      out[2 * i + axis] = (positions[2 * cell + axis] - mean) / deviation;
    });
  }
  return out;
}

function nearestDistances(positions: Float32Array, cells: Uint32Array): number {
  const strips = buildStrips(positions, cells);
  const search = createNearestSearch(strips, 1);
  let sum = 0;
  for (let s = 0; s < strips.left.length; s++)
    for (let place = strips.start[s]; place < strips.start[s + 1]; place++) {
      search.find(s, place);
      sum += Math.sqrt(search.squared[0]);
    }
  return sum;
}
