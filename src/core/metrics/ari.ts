import { type Codes, type Contingency, contingency } from "./contingency";

/**
 * Adjusted Rand index of two labellings: 1 for the same partition, 0 on average for random ones, can be negative.
 *
 * @param a, b  codes, shape (n,), negative = missing (left out); NaN if no cell is labelled on both sides
 * Source: Hubert & Arabie 1985, equation 5, in the pair-counting form of sklearn.metrics.adjusted_rand_score.
 */
export function ari(a: Codes, b: Codes): number {
  return ariOf(contingency(a, b));
}

export function ariOf({ nScored, rowSums, colSums, counts }: Contingency): number {
  if (nScored === 0) return Number.NaN;
  let together = 0;
  for (const c of counts) together += c * c;
  let rows = 0;
  for (const c of rowSums) rows += c * c;
  let cols = 0;
  for (const c of colSums) cols += c * c;
  const both = together - nScored;
  const onlyA = rows - together;
  const onlyB = cols - together;
  const neither = nScored * nScored - both - onlyA - onlyB - nScored;
  if (onlyA === 0 && onlyB === 0) return 1;
  return (
    (2 * (both * neither - onlyA * onlyB)) / ((both + onlyA) * (onlyA + neither) + (both + onlyB) * (onlyB + neither))
  );
}
