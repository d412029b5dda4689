import { LabError } from "../errors";

/** Mean of each column, and what to divide it by. */
export interface ColumnScale {
  readonly mean: Float64Array; // (d,)
  readonly spread: Float64Array; // (d,), 1 for a column that does not vary
}

/**
 * Mean and population deviation of the columns over some rows.
 *
 * @param x     shape (n, d), row-major
 * @param rows  which of them; those to be scored later should not be among them
 * @throws LabError("range") if a column is not finite
 * Source: sklearn.preprocessing.StandardScaler.
 */
export function columnScale(x: Float32Array, d: number, rows: ArrayLike<number>): ColumnScale {
  const mean = new Float64Array(d);
  const spread = new Float64Array(d);
  for (let r = 0; r < rows.length; r++) for (let j = 0; j < d; j++) mean[j] += x[rows[r] * d + j] / rows.length;
  for (let r = 0; r < rows.length; r++)
    for (let j = 0; j < d; j++) spread[j] += (x[rows[r] * d + j] - mean[j]) ** 2 / rows.length;
  for (let j = 0; j < d; j++) {
    if (!Number.isFinite(spread[j]))
      throw new LabError(
        "range",
        `Embedding: column ${j} is not finite.`,
        "The training diverged. Lower the learning rate and train again.",
      );
    // a column that is constant up to rounding tells nothing
    spread[j] = spread[j] > 1e-12 * (mean[j] * mean[j] + 1e-12) ? Math.sqrt(spread[j]) : 1;
  }
  return { mean, spread };
}

/** Every column less its mean, over its spread; in place. */
export function standardise(x: Float32Array, { mean, spread }: ColumnScale): void {
  const d = mean.length;
  for (let from = 0; from < x.length; from += d)
    for (let j = 0; j < d; j++) x[from + j] = (x[from + j] - mean[j]) / spread[j];
}
