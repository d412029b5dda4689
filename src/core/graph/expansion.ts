import type { Csr } from "./csr";
import { createRowList, grown, type RowList } from "./row-list";

/**
 * Cells found around the targets of one batch, targets first, then cell after cell as hops reach them. Scratch space of
 * one matrix, used for batch after batch: stamps say which entries are of this batch, so that nothing is cleared.
 */
export interface Expansion {
  readonly matrix: Csr; // the full graph's convolution matrix
  cells: Uint32Array;
  nCells: number;
  /** Cells within h hops, h = 0 first. */
  readonly sizes: number[];
  /** Where a cell stands in `cells`, if its stamp is the present one. */
  readonly place: Uint32Array; // (nNodes,)
  readonly stamps: Uint32Array; // (nNodes,)
  stamp: number;
  /** One list of rows for all layers, or one for each. */
  readonly rows: RowList[];
}

export function createExpansion(matrix: Csr, nLists: number): Expansion {
  return {
    matrix,
    cells: new Uint32Array(1024),
    nCells: 0,
    sizes: [],
    place: new Uint32Array(matrix.nRows),
    stamps: new Uint32Array(matrix.nRows),
    stamp: 0,
    rows: Array.from({ length: nLists }, createRowList),
  };
}

/** Forgets the batch before. */
export function clear(expansion: Expansion): void {
  expansion.nCells = 0;
  expansion.sizes.length = 0;
  for (const rows of expansion.rows) rows.nEntries = 0;
  nextStamp(expansion);
}

/** Forgets which cells were met, not the cells. */
export function nextStamp(expansion: Expansion): void {
  if (expansion.stamp === 2 ** 32 - 1) {
    expansion.stamps.fill(0);
    expansion.stamp = 0;
  }
  expansion.stamp++;
}

/** The place of a cell, a new one at the end if it was not met yet. */
export function placeOf(expansion: Expansion, cell: number): number {
  const { stamps, place, stamp } = expansion;
  if (stamps[cell] === stamp) return place[cell];
  stamps[cell] = stamp;
  const at = expansion.nCells;
  place[cell] = at;
  append(expansion, cell);
  return at;
}

/** A cell more, met before or not. */
export function append(expansion: Expansion, cell: number): void {
  const at = expansion.nCells++;
  if (at === expansion.cells.length) expansion.cells = grown(expansion.cells, at + 1);
  expansion.cells[at] = cell;
}
