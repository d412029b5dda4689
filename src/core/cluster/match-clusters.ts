import { assertShape } from "../errors";
import type { Codes } from "../metrics/contingency";

/**
 * Renames the clusters of one run after those of another, so that the same place has the same colour in both: the pairing
 * of clusters, one to one, under which most cells agree. Clusters left without a partner take the next free numbers.
 *
 * @param reference  clusters to be named after, shape (nObs,), negative = none
 * @param codes      clusters to rename, shape (nObs,); negative ones stay
 * @returns          shape (nObs,), the same partition
 * Source: Kuhn 1955, Munkres 1957; the form with potentials, shortest augmenting path by path.
 * Cost: O(nObs + k³) for k clusters on the larger side.
 */
export function matchClusters(reference: Codes, codes: Codes): Int32Array {
  assertShape("Clusters to match", [codes.length], [reference.length]);
  const most = (of: Codes): number => Int32Array.from(of).reduce((max, c) => Math.max(max, c), -1);
  const size = Math.max(most(reference), most(codes)) + 1;
  const cost = new Float64Array(size * size);
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0 && reference[i] >= 0) cost[codes[i] * size + reference[i]]--;
  const partner = assign(cost, size);
  // who agrees on no cell with the partner was paired only to fill the square
  const named = partner.map((to, from) => (cost[from * size + to] < 0 ? to : -1));
  const occurs = new Set(codes);
  const taken = new Set([...named, ...reference].filter((c) => c >= 0));
  let next = 0;
  for (let from = 0; from < size; from++) {
    if (named[from] >= 0 || !occurs.has(from)) continue;
    while (taken.has(next)) next++;
    taken.add(next);
    named[from] = next;
  }
  return Int32Array.from(codes, (c) => (c < 0 ? c : named[c]));
}

/** The column of each row under the assignment of least total cost; `cost` is square. */
function assign(cost: Float64Array, n: number): Int32Array {
  const ofRow = new Float64Array(n + 1); // potentials
  const ofColumn = new Float64Array(n + 1);
  const rowAt = new Int32Array(n + 1); // row of each column, 0 = none; rows and columns count from 1
  for (let row = 1; row <= n; row++) {
    const nearest = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
    const before = new Int32Array(n + 1);
    const done = new Uint8Array(n + 1);
    rowAt[0] = row;
    let column = 0;
    do {
      done[column] = 1;
      const at = rowAt[column];
      let step = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let c = 1; c <= n; c++) {
        if (done[c]) continue;
        const slack = cost[(at - 1) * n + c - 1] - ofRow[at] - ofColumn[c];
        if (slack < nearest[c]) {
          nearest[c] = slack;
          before[c] = column;
        }
        if (nearest[c] < step) {
          step = nearest[c];
          next = c;
        }
      }
      for (let c = 0; c <= n; c++)
        if (done[c]) {
          ofRow[rowAt[c]] += step;
          ofColumn[c] -= step;
        } else nearest[c] -= step;
      column = next;
    } while (rowAt[column] !== 0);
    while (column !== 0) {
      rowAt[column] = rowAt[before[column]];
      column = before[column];
    }
  }
  const out = new Int32Array(n);
  for (let c = 1; c <= n; c++) out[rowAt[c] - 1] = c - 1;
  return out;
}
