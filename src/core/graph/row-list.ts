/**
 * Rows of a sparse matrix as they are found, and the cells that they speak of. Scratch space that is used again for
 * every batch: it grows, and is valid until `clear`.
 */
export interface RowList {
  /** Row i owns indices[begin[i] .. end[i]); columns are places in `cells`. */
  begin: Uint32Array;
  end: Uint32Array;
  indices: Uint32Array;
  data: Float32Array;
  nEntries: number;
}

export function createRowList(): RowList {
  return {
    begin: new Uint32Array(1024),
    end: new Uint32Array(1024),
    indices: new Uint32Array(4096),
    data: new Float32Array(4096),
    nEntries: 0,
  };
}

/** Makes room for `nMore` entries and for rows up to and with `row`. */
export function makeRoom(rows: RowList, row: number, nMore: number): void {
  if (row >= rows.begin.length) {
    rows.begin = grown(rows.begin, row + 1);
    rows.end = grown(rows.end, row + 1);
  }
  const needed = rows.nEntries + nMore;
  if (needed > rows.indices.length) {
    rows.indices = grown(rows.indices, needed);
    rows.data = grown(rows.data, needed);
  }
}

/** The same values with room for twice as many, or for `atLeast`. */
export function grown<T extends Uint32Array | Float32Array>(values: T, atLeast: number): T {
  const size = Math.max(2 * values.length, atLeast);
  const larger = new (values.constructor as new (n: number) => T)(size);
  larger.set(values);
  return larger;
}

/**
 * Makes good for entries that a row lost: those left, but for the cell's own, are multiplied by (neighbours before) /
 * (neighbours left). So a GraphSAGE row stays a mean, and a GCN row that lost a random part keeps its expected value;
 * graph attention, which reads no weights, takes its softmax over those left.
 */
export function thinned(rows: RowList, row: number, nBefore: number): void {
  const [from, to] = [rows.begin[row], rows.end[row]];
  const nLost = nBefore - (to - from);
  if (nLost === 0) return;
  let nLeft = 0;
  for (let e = from; e < to; e++) if (rows.indices[e] !== row) nLeft++;
  if (nLeft === 0) return;
  const scale = (nLeft + nLost) / nLeft;
  for (let e = from; e < to; e++) if (rows.indices[e] !== row) rows.data[e] *= scale;
}
