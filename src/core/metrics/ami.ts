import { type Codes, type Contingency, contingency } from "./contingency";
import { entropy, mutualInformation } from "./nmi";

/**
 * Adjusted mutual information of two labellings: 1 for the same partition, 0 on average for random ones.
 *
 * @param a, b  codes, shape (n,), negative = missing (left out); NaN if no cell is labelled on both sides
 * Source: Vinh, Epps & Bailey 2010, equations 24a and 41 (expected value exact, not approximated);
 *   sklearn.metrics.adjusted_mutual_info_score(average_method="arithmetic").
 * Cost: O(nA nB + sum of min(size, size) over all pairs of clusters).
 */
export function ami(a: Codes, b: Codes): number {
  return amiOf(contingency(a, b));
}

export function amiOf(table: Contingency): number {
  const { nScored, rowSums, colSums } = table;
  if (nScored === 0) return Number.NaN;
  const nRows = rowSums.length;
  const nCols = colSums.length;
  // limits where chance explains everything: the same trivial partition is a match, one cluster against several is none
  if ((nRows === 1 && nCols === 1) || (nRows === nScored && nCols === nScored)) return 1;
  if (nRows === 1 || nCols === 1) return 0;
  const expected = expectedMutualInformation(rowSums, colSums, nScored);
  const mean = (entropy(rowSums, nScored) + entropy(colSums, nScored)) / 2;
  const gap = mean - expected;
  // as scikit-learn: keep the sign, never divide by zero
  const denominator = gap < 0 ? Math.min(gap, -Number.EPSILON) : Math.max(gap, Number.EPSILON);
  return (mutualInformation(table) - expected) / denominator;
}

/** Expected mutual information, in nats, of two random labellings with these class sizes (hypergeometric model). */
export function expectedMutualInformation(rowSums: Float64Array, colSums: Float64Array, n: number): number {
  const logFactorial = logFactorials(n);
  // pairs of equal sizes have equal terms, and clusters of equal size are common
  const rowSizes = sizesWithMultiplicity(rowSums);
  const colSizes = sizesWithMultiplicity(colSums);
  let total = 0;
  for (const [a, timesA] of rowSizes) {
    for (const [b, timesB] of colSizes) {
      const constant = logFactorial[a] + logFactorial[b] + logFactorial[n - a] + logFactorial[n - b] - logFactorial[n];
      let sum = 0;
      for (let nij = Math.max(1, a + b - n); nij <= Math.min(a, b); nij++) {
        const logProbability =
          constant - logFactorial[nij] - logFactorial[a - nij] - logFactorial[b - nij] - logFactorial[n - a - b + nij];
        sum += (nij / n) * Math.log((n * nij) / (a * b)) * Math.exp(logProbability);
      }
      total += timesA * timesB * sum;
    }
  }
  return total;
}

function sizesWithMultiplicity(sizes: Float64Array): Map<number, number> {
  const times = new Map<number, number>();
  for (const s of sizes) times.set(s, (times.get(s) ?? 0) + 1);
  return times;
}

/** log(i!) for i = 0 .. n, by compensated summation: plain sums lose six digits at a million cells. */
function logFactorials(n: number): Float64Array {
  const out = new Float64Array(n + 1);
  let sum = 0;
  let lost = 0;
  for (let i = 2; i <= n; i++) {
    const term = Math.log(i) - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
    out[i] = sum;
  }
  return out;
}
