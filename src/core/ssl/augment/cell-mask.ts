import { HIDDEN } from "../../kernels/expression";
import { hash32 } from "../../random";

/**
 * The same list with the expression of a share of the cells hidden. A draw is a hash of (seed, cell): a cell that a batch
 * holds more than once is hidden in all places or in none.
 *
 * @param cells  cell ids, HIDDEN or PADDING
 * @param rate   in [0, 1)
 */
export function maskCells(cells: Int32Array, rate: number, seed: number): Int32Array {
  if (rate === 0) return cells;
  const key = hash32(seed);
  const threshold = rate * 2 ** 32;
  return cells.map((cell) => (cell >= 0 && hash32(hash32(cell ^ key)) < threshold ? HIDDEN : cell));
}
