import { createNearestSearch } from "./nearest";
import { cellsBySection, type SectionCodes } from "./sections";
import { buildStrips } from "./strips";

/** Distances from a sample of cells to their nearest neighbours, ascending in each row. */
export interface NeighbourRings {
  readonly nSampled: number;
  /** Neighbours per sampled cell; sections with fewer are left out. */
  readonly width: number;
  readonly distances: Float64Array; // (nSampled, width), row-major, µm
}

const SAMPLE = 2000;
const WIDTH = 25;

/** Every n-th cell of each section, about 2,000 in all: enough to tell a lattice from tissue, and always the same ones. */
export function sampleRings(
  positions: Float32Array,
  { sectionCodes, width = WIDTH }: { sectionCodes: SectionCodes | null; width?: number },
): NeighbourRings {
  const nObs = positions.length / 2;
  const stride = Math.max(1, Math.floor(nObs / SAMPLE));
  const rows: number[] = [];
  const sections = cellsBySection(sectionCodes, nObs);
  const largest = sections.reduce((size, cells) => Math.max(size, cells.length), 0);
  const reach = Math.min(width, largest - 1);
  if (reach < 1) return { nSampled: 0, width: 1, distances: new Float64Array(0) };
  for (const cells of sections.filter(({ length }) => length > reach)) {
    const strips = buildStrips(positions, cells);
    const search = createNearestSearch(strips, reach);
    let place = 0;
    for (let s = 0; s < strips.left.length; s++)
      for (; place < strips.start[s + 1]; place += stride) {
        search.find(s, place);
        for (let i = 0; i < reach; i++) rows.push(Math.sqrt(search.squared[i]));
      }
  }
  return { nSampled: rows.length / reach, width: reach, distances: Float64Array.from(rows) };
}

/**
 * Share of sampled cells whose k-th and (k+1)-th neighbour are equally far, so that only the tie rule chooses.
 * Equal means within 1 % (positions rounded to pixels), less for large k, where neighbours of tissue crowd:
 * cells at random then tie in about one case of ten at every k.
 */
export function tieShare({ nSampled, width, distances }: NeighbourRings, k: number): number {
  if (k >= width || nSampled === 0) return 0;
  const tolerance = Math.min(0.01, 0.05 / k);
  let ties = 0;
  for (let row = 0; row < distances.length; row += width)
    if (distances[row + k] <= distances[row + k - 1] * (1 + tolerance)) ties++;
  return ties / nSampled;
}

/** Neighbour counts that end on a full ring, [4, 8, 12 …] on a square lattice, [6, 12, 18 …] on a hexagonal one. */
export function fullRings(rings: NeighbourRings): number[] {
  const counts: number[] = [];
  // cells at the border of the tissue have broken rings: a quarter of the sample may disagree
  for (let k = 3; k < rings.width; k++) if (tieShare(rings, k) < 0.25) counts.push(k);
  return counts;
}

/** The distance that `share` of the sampled cells have a neighbour within, µm. */
export function nearestWithin({ nSampled, width, distances }: NeighbourRings, share: number): number {
  const nearest = Float64Array.from({ length: nSampled }, (_, row) => distances[row * width]).sort();
  return nSampled === 0 ? NaN : nearest[Math.min(nSampled - 1, Math.floor(share * nSampled))];
}
