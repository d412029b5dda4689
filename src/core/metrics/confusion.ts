import { assertShape } from "../errors";

/**
 * Each row over its sum: where the cells of a class went, shares from 0 to 1. A row without cells stays zero.
 *
 * @param counts  confusion[truth * k + predicted], shape (k, k)
 * Source: sklearn.metrics.confusion_matrix(normalize="true").
 */
export function normalisedRows(counts: ArrayLike<number>, k: number): Float64Array {
  assertShape("Confusion", [counts.length], [k * k]);
  const shares = new Float64Array(k * k);
  for (let r = 0; r < k; r++) {
    let sum = 0;
    for (let c = 0; c < k; c++) sum += counts[r * k + c];
    for (let c = 0; c < k && sum > 0; c++) shares[r * k + c] = counts[r * k + c] / sum;
  }
  return shares;
}

/**
 * An order of the classes in which those that are taken for each other stand side by side, so that a confusion matrix
 * shows its groups along the diagonal.
 *
 * Average linkage on the mean of both shares s_ij = (share of i taken for j + share of j taken for i) / 2. Two groups
 * that merge are put end to end the way round that brings their most confused ends together. Ties go to the larger
 * class, so classes that nothing is confused with come by size.
 *
 * @param counts  shape (k, k), rows truth
 * @returns       ranks of classes, shape (k,)
 * Cost: O(k³).
 */
export function confusionOrder(counts: ArrayLike<number>, k: number): Int32Array {
  const shares = normalisedRows(counts, k);
  const alike = (a: number, b: number): number => (shares[a * k + b] + shares[b * k + a]) / 2;
  const support = (r: number): number => {
    let sum = 0;
    for (let c = 0; c < k; c++) sum += counts[r * k + c];
    return sum;
  };
  let groups = Array.from({ length: k }, (_, c) => [c]).sort((a, b) => support(b[0]) - support(a[0]) || a[0] - b[0]);
  // mean similarity of two groups, kept up by the Lance-Williams rule
  let linkage = groups.map((a) => groups.map((b) => alike(a[0], b[0])));
  while (groups.length > 1) {
    let [p, q, most] = [0, 1, -1];
    for (let i = 0; i < groups.length; i++)
      for (let j = i + 1; j < groups.length; j++) if (linkage[i][j] > most) [p, q, most] = [i, j, linkage[i][j]];
    const [a, b] = [groups[p], groups[q]];
    const merged = linkage[p].map((l, o) => (a.length * l + b.length * linkage[q][o]) / (a.length + b.length));
    linkage[p] = merged;
    linkage.forEach((row, o) => {
      row[p] = merged[o];
    });
    groups[p] = joinEnds(a, b, alike);
    groups = groups.filter((_, o) => o !== q);
    linkage = linkage.filter((_, o) => o !== q).map((row) => row.filter((_, o) => o !== q));
  }
  return Int32Array.from(groups[0] ?? []);
}

function joinEnds(a: readonly number[], b: readonly number[], alike: (a: number, b: number) => number): number[] {
  const ways = [
    [a, b],
    [a, b.toReversed()],
    [a.toReversed(), b],
    [a.toReversed(), b.toReversed()],
  ];
  const scores = ways.map(([left, right]) => alike(left[left.length - 1], right[0]));
  return ways[scores.indexOf(Math.max(...scores))].flat();
}
