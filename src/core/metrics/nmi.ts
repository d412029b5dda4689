import { type Codes, type Contingency, contingency } from "./contingency";

/**
 * Normalised mutual information of two labellings, 0 to 1; the normaliser is the mean of both entropies.
 * Not corrected for chance: many small clusters score well. Prefer `ami`.
 *
 * @param a, b  codes, shape (n,), negative = missing (left out); NaN if no cell is labelled on both sides
 * Source: sklearn.metrics.normalized_mutual_info_score(average_method="arithmetic").
 */
export function nmi(a: Codes, b: Codes): number {
  return nmiOf(contingency(a, b));
}

export function nmiOf(table: Contingency): number {
  if (table.nScored === 0) return Number.NaN;
  const mean = (entropy(table.rowSums, table.nScored) + entropy(table.colSums, table.nScored)) / 2;
  // no entropy at all: one cluster on both sides, the same partition
  return mean === 0 ? 1 : mutualInformation(table) / mean;
}

/** Share of the entropy of the labels `truth` that the clusters explain: 1 if each cluster holds one label alone. */
export function homogeneity(truth: Codes, clusters: Codes): number {
  return homogeneityOf(contingency(truth, clusters));
}

export function homogeneityOf(table: Contingency): number {
  return explained(table, table.rowSums);
}

export function completenessOf(table: Contingency): number {
  return explained(table, table.colSums);
}

function explained(table: Contingency, sizes: Float64Array): number {
  if (table.nScored === 0) return Number.NaN;
  const h = entropy(sizes, table.nScored);
  return h === 0 ? 1 : mutualInformation(table) / h;
}

/** Share of the entropy of the clusters that the labels explain: 1 if each label lies in one cluster. */
export function completeness(truth: Codes, clusters: Codes): number {
  return completenessOf(contingency(truth, clusters));
}

/** Mutual information in nats. */
export function mutualInformation({ nScored, rowSums, colSums, rows, cols, counts }: Contingency): number {
  let sum = 0;
  for (let e = 0; e < counts.length; e++) {
    const outer = rowSums[rows[e]] * colSums[cols[e]];
    sum += (counts[e] / nScored) * Math.log((nScored * counts[e]) / outer);
  }
  return Math.max(0, sum);
}

/** Entropy in nats of a labelling with these class sizes. */
export function entropy(sizes: Float64Array, n: number): number {
  if (sizes.length < 2) return 0;
  let sum = 0;
  for (const s of sizes) sum -= (s / n) * Math.log(s / n);
  return sum;
}
