import { addDotProducts } from "../against-rows";
import { assertShape, LabError } from "../errors";
import { symmetricEigen } from "./symmetric-eigen";

export interface Pca {
  readonly nComponents: number;
  readonly mean: Float64Array; // (d,)
  readonly components: Float64Array; // (nComponents, d), row-major, each of length 1
  readonly variance: Float64Array; // (nComponents,), with n - 1
  readonly varianceRatio: Float64Array; // (nComponents,), share of the whole variance
}

export interface PcaOptions {
  readonly n: number;
  readonly d: number;
  readonly nComponents: number;
  /** Fit on about this many rows, evenly spaced; all rows when absent. */
  readonly fitRows?: number;
}

/**
 * Principal components of a dense matrix, from its covariance.
 * The sign is fixed: the largest loading by absolute value is positive, the first of equal ones deciding.
 *
 * @param x  values, shape (n, d), row-major; not centred
 * @throws LabError("shape") if the sizes disagree, LabError("range") unless 1 <= nComponents <= d <= 1024 and n >= 2,
 *         or if a value is not finite
 * Source: sklearn.decomposition.PCA. Differs: sign from the loadings alone, so that it does not depend on row order.
 * Cost: O(n d^2 / 2 + d^3).
 */
export function pca(x: Float32Array, { n, d, nComponents, fitRows = n }: PcaOptions): Pca {
  assertShape("PCA input", [x.length], [n * d]);
  if (!(n >= 2 && d <= 1024 && nComponents >= 1 && nComponents <= d))
    throw new LabError(
      "range",
      `PCA: expected at least 2 rows, at most 1024 columns and 1 to ${d} components, got ${n}, ${d} and ${nComponents}.`,
    );
  const step = Math.max(1, Math.floor(n / Math.max(2, fitRows)));
  const mean = new Float64Array(d);
  let rows = 0;
  for (let i = 0; i < n; i += step, rows++) for (let j = 0; j < d; j++) mean[j] += x[i * d + j];
  for (let j = 0; j < d; j++) mean[j] /= rows;

  const { values, vectors } = symmetricEigen(covariance(x, mean, { n, d, step, rows }), d);
  const total = values.reduce((sum, v) => sum + Math.max(0, v), 0);
  const components = vectors.slice(0, nComponents * d);
  for (let c = 0; c < nComponents; c++) fixSign(components.subarray(c * d, (c + 1) * d));
  const variance = values.slice(0, nComponents).map((v) => Math.max(0, v));
  return { nComponents, mean, components, variance, varianceRatio: variance.map((v) => (total > 0 ? v / total : 0)) };
}

/** Coordinates of each row on the components, shape (n, nComponents). */
export function project({ nComponents, mean, components }: Pca, x: Float32Array, n: number): Float32Array {
  const d = mean.length;
  assertShape("PCA input", [x.length], [n * d]);
  const scores = new Float32Array(n * nComponents);
  const row = new Float64Array(d);
  const sums = new Float64Array(nComponents);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) row[j] = x[i * d + j] - mean[j];
    sums.fill(0);
    addDotProducts({ x: row, at: 0, rows: components, n: nComponents, d }, sums);
    scores.set(sums, i * nComponents);
  }
  return scores;
}

/** Rows are taken in fours: one pass over the matrix of sums then serves four rows. */
function covariance(
  x: Float32Array,
  mean: Float64Array,
  { n, d, step, rows }: { n: number; d: number; step: number; rows: number },
): Float64Array {
  const sums = new Float64Array(d * d);
  const block = new Float64Array(4 * d);
  for (let i = 0; i < n; i += 4 * step) {
    block.fill(0);
    for (let r = 0; r < 4 && i + r * step < n; r++)
      for (let j = 0; j < d; j++) block[r * d + j] = x[(i + r * step) * d + j] - mean[j];
    for (let a = 0; a < d; a++) {
      const [w0, w1, w2, w3] = [block[a], block[d + a], block[2 * d + a], block[3 * d + a]];
      for (let b = 0; b <= a; b++)
        sums[a * d + b] += w0 * block[b] + w1 * block[d + b] + w2 * block[2 * d + b] + w3 * block[3 * d + b];
    }
  }
  for (let a = 0; a < d; a++)
    for (let b = 0; b <= a; b++) sums[b * d + a] = sums[a * d + b] = sums[a * d + b] / (rows - 1);
  return sums;
}

/** Turns a component so that its largest loading is positive. */
export function fixSign(component: Float64Array): void {
  let largest = 0;
  // a clear margin, so that rounding does not decide between two loadings of equal size
  for (const v of component) if (Math.abs(v) > Math.abs(largest) * (1 + 1e-6)) largest = v;
  if (largest < 0) for (let j = 0; j < component.length; j++) component[j] = -component[j];
}
