import { LabError } from "../errors";

/** A label per cell; negative = missing. */
export type Codes = Int8Array | Int16Array | Int32Array;

/** How often each pair of labels meets; only pairs that occur, only labels that occur. */
export interface Contingency {
  /** Cells with a label on both sides; the others are left out. */
  readonly nScored: number;
  readonly rowSums: Float64Array; // (nRows,), all > 0
  readonly colSums: Float64Array; // (nCols,), all > 0
  readonly rows: Uint32Array; // (nPairs,)
  readonly cols: Uint32Array; // (nPairs,)
  readonly counts: Float64Array; // (nPairs,), all > 0
}

/**
 * Contingency table of two labellings, sparse: thousands of clusters cost no dense table.
 *
 * @param a, b  codes, shape (n,), negative = missing; a cell missing on either side is left out
 * @throws LabError("shape") if the lengths differ
 */
export function contingency(a: Codes, b: Codes): Contingency {
  if (a.length !== b.length)
    throw new LabError("shape", `Labels to compare: ${a.length} codes on one side, ${b.length} on the other.`);
  const rowOf = presentCodes(a, b);
  const colOf = presentCodes(b, a);
  const rowSums = new Float64Array(rowOf.n);
  const colSums = new Float64Array(colOf.n);
  let nScored = 0;
  const start = new Uint32Array(rowOf.n + 1);
  for (let i = 0; i < a.length; i++) {
    if (a[i] < 0 || b[i] < 0) continue;
    nScored++;
    rowSums[rowOf.rank[a[i]]]++;
    colSums[colOf.rank[b[i]]]++;
    start[rowOf.rank[a[i]] + 1]++;
  }
  for (let r = 0; r < rowOf.n; r++) start[r + 1] += start[r];

  // cells grouped by row, so that one row's tally at a time is held
  const grouped = new Uint32Array(nScored);
  const next = start.slice(0, rowOf.n);
  for (let i = 0; i < a.length; i++) if (a[i] >= 0 && b[i] >= 0) grouped[next[rowOf.rank[a[i]]]++] = colOf.rank[b[i]];

  const rows: number[] = [];
  const cols: number[] = [];
  const counts: number[] = [];
  const tally = new Float64Array(colOf.n);
  for (let r = 0; r < rowOf.n; r++) {
    for (let e = start[r]; e < start[r + 1]; e++) tally[grouped[e]]++;
    for (let e = start[r]; e < start[r + 1]; e++) {
      const c = grouped[e];
      if (tally[c] === 0) continue;
      rows.push(r);
      cols.push(c);
      counts.push(tally[c]);
      tally[c] = 0;
    }
  }
  return {
    nScored,
    rowSums,
    colSums,
    rows: Uint32Array.from(rows),
    cols: Uint32Array.from(cols),
    counts: Float64Array.from(counts),
  };
}

/** Ranks the codes that occur beside a label of `other`: rank[code] in 0 .. n - 1, ascending with the code. */
function presentCodes(codes: Codes, other: Codes): { rank: Int32Array; n: number } {
  let max = -1;
  for (let i = 0; i < codes.length; i++) if (codes[i] > max) max = codes[i];
  const rank = new Int32Array(max + 1).fill(-1);
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0 && other[i] >= 0) rank[codes[i]] = 0;
  let n = 0;
  for (let c = 0; c <= max; c++) if (rank[c] === 0) rank[c] = n++;
  return { rank, n };
}
