import { cellsBySection, type SectionCodes } from "./sections";

/**
 * Cells in the order in which a Hilbert curve meets them, one section after the other, so that neighbours in the tissue
 * are near in memory (docs/training.md has what that gains).
 *
 * @param positions  shape (nObs, 2), row-major, finite, in any unit; of any other length: no cell has one
 * @param sectionCodes  shape (nObs,); null means one section
 * @returns          shape (nObs,): the cell at each rank; sections ascend, cells of one place or without any keep their order
 * @throws LabError("shape") unless there is one code per cell
 * Source: Hilbert 1891, on a grid of at most 2^16 squares a side.
 * Cost: O(n log n) time, 16 bytes a cell.
 */
export function tissueOrder(positions: Float32Array, sectionCodes: SectionCodes | null, nObs: number): Uint32Array {
  if (positions.length !== 2 * nObs) return Uint32Array.from({ length: nObs }, (_, i) => i);
  const order = new Uint32Array(nObs);
  let done = 0;
  for (const cells of cellsBySection(sectionCodes, nObs)) {
    order.set(alongCurve(positions, cells), done);
    done += cells.length;
  }
  return order;
}

function alongCurve(positions: Float32Array, cells: Uint32Array): Uint32Array {
  const n = cells.length;
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const cell of cells) {
    for (const axis of [0, 1]) {
      const v = positions[2 * cell + axis];
      if (v < low[axis]) low[axis] = v;
      if (v > high[axis]) high[axis] = v;
    }
  }
  // place on the curve and place in `cells` share the 53 bits of one number: sorting it breaks ties by cell
  const bits = Math.min(16, Math.floor((53 - Math.ceil(Math.log2(n + 1))) / 2));
  const width = Math.max(high[0] - low[0], high[1] - low[1]);
  const perUnit = width > 0 ? (2 ** bits - 1) / width : 0; // one scale for both axes: squares stay squares
  const keys = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const x = Math.floor((positions[2 * cells[k]] - low[0]) * perUnit);
    const y = Math.floor((positions[2 * cells[k] + 1] - low[1]) * perUnit);
    keys[k] = hilbertPlace(x, y, bits) * n + k;
  }
  keys.sort();
  return Uint32Array.from(keys, (key) => cells[key % n]);
}

/** Where the Hilbert curve over 2^bits by 2^bits squares meets one of them; bits <= 16. */
export function hilbertPlace(x: number, y: number, bits: number): number {
  let place = 0;
  let [u, v] = [x, y];
  for (let half = 2 ** (bits - 1); half >= 1; half /= 2) {
    const right = u & half ? 1 : 0;
    const upper = v & half ? 1 : 0;
    place = 4 * place + ((3 * right) ^ upper);
    u &= half - 1;
    v &= half - 1;
    if (upper) continue;
    // the lower quadrants are walked turned: both mirrored along the diagonal, the right one along the other diagonal
    if (right) [u, v] = [half - 1 - v, half - 1 - u];
    else [u, v] = [v, u];
  }
  return place;
}
