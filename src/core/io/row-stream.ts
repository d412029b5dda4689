import type { CountMatrix, Slice } from "../slice/slice";

/** Counts of some cells in turn, rows from 0. */
export interface RowRange {
  /** The first cell. */
  readonly from: number;
  readonly X: CountMatrix;
}

/** A file whose counts pass by in ranges of cells and are never whole in memory. */
export interface RowStream {
  /** Everything but the counts; its X has no entries. */
  readonly head: Slice;
  /** All cells in the order of the file. */
  ranges(): AsyncIterable<RowRange> | Iterable<RowRange>;
}

/** A matrix in which nothing has been read yet. */
export function noCounts(nObs: number): CountMatrix {
  return { indptr: new Uint32Array(nObs + 1), indices: new Uint16Array(0), data: new Uint8Array(0) };
}
