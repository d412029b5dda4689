import { hash32 } from "../random";
import { clear, type Expansion, placeOf } from "./expansion";
import { makeRoom, thinned } from "./row-list";

/**
 * Merged neighbourhoods of the targets with at most fanOuts[h - 1] neighbours a cell on the way from hop h - 1 to hop h:
 * one fan-out for each layer, the last layer's first. A cell's own entry stays and is not counted.
 *
 * A cell's neighbours are put in a random order by (seed, epoch, cell), and each layer takes the first of it: what a
 * target hears does not depend on the batch that it is in. Weights of the neighbours left are scaled (`thinned`).
 *
 * Source: Hamilton et al. 2017, arXiv:1706.02216, alg. 2; uniform without replacement, as PyTorch Geometric's
 *   NeighborLoader. Differs: NeighborLoader draws once for each cell and uses the draw in every layer.
 */
export function sampleNeighbours(
  expansion: Expansion,
  targets: Uint32Array,
  { fanOuts, seed, epoch }: { fanOuts: readonly number[]; seed: number; epoch: number },
): void {
  clear(expansion);
  const { matrix, sizes } = expansion;
  const key = hash32(hash32(seed ^ 0x6e656967) ^ Math.imul(epoch + 1, 0x9e3779b1));
  let order = new Uint32Array(64);
  for (const target of targets) placeOf(expansion, target);
  sizes.push(expansion.nCells);
  for (let hop = 1; hop <= fanOuts.length; hop++) {
    const rows = expansion.rows[hop - 1];
    const fanOut = fanOuts[hop - 1];
    for (let row = 0; row < sizes[hop - 1]; row++) {
      const cell = expansion.cells[row];
      const [from, to] = [matrix.indptr[cell], matrix.indptr[cell + 1]];
      if (to - from > order.length) order = new Uint32Array(2 * (to - from));
      makeRoom(rows, row, to - from);
      let n = rows.nEntries;
      rows.begin[row] = n;
      let nNeighbours = 0;
      for (let e = from; e < to; e++) {
        if (matrix.indices[e] !== cell) {
          order[nNeighbours++] = e;
          continue;
        }
        rows.indices[n] = row;
        rows.data[n++] = matrix.data[e];
      }
      const nTaken = Math.min(fanOut, nNeighbours);
      if (nTaken < nNeighbours) shuffleFirst(order, nNeighbours, nTaken, hash32(key ^ cell));
      for (let k = 0; k < nTaken; k++, n++) {
        rows.indices[n] = placeOf(expansion, matrix.indices[order[k]]);
        rows.data[n] = matrix.data[order[k]];
      }
      rows.end[row] = rows.nEntries = n;
      thinned(rows, row, to - from);
    }
    sizes.push(expansion.nCells);
  }
}

/** Puts a random choice of `take` of the first n values in front, in random order. Source: Durstenfeld's shuffle, stopped early. */
function shuffleFirst(values: Uint32Array, n: number, take: number, key: number): void {
  for (let k = 0; k < take; k++) {
    const draw = hash32(key + Math.imul(k + 1, 0x9e3779b1)) / 2 ** 32;
    const j = k + Math.floor(draw * (n - k));
    const value = values[k];
    values[k] = values[j];
    values[j] = value;
  }
}
