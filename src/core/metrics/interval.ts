import { createRng, integer } from "../random";
import { studentCdf, studentQuantile } from "./student-t";

export interface Interval {
  readonly n: number;
  readonly mean: number;
  /** Sample deviation, n - 1 in the denominator; null for one value. */
  readonly sd: number | null;
  /** Ends of the interval; null where one value says nothing of the spread. */
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided p of "the mean is 0"; null for one value or where all are the same. */
  readonly p: number | null;
}

/**
 * Mean of a score over seeds, with the interval that holds the mean of all seeds at the given level, if scores are
 * normally spread: mean ± t sd / √n. For paired differences, p is that of the paired t-test. Three seeds give a t of 4.3,
 * so such intervals are honestly wide.
 *
 * @throws nothing: no value gives a mean of NaN
 * Source: scipy.stats.t.interval, scipy.stats.ttest_1samp(popmean=0).
 */
export function tInterval(values: readonly number[], level = 0.95): Interval {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  if (n < 2) return { n, mean, sd: null, low: null, high: null, p: null };
  const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1));
  const error = sd / Math.sqrt(n);
  const reach = studentQuantile((1 + level) / 2, n - 1) * error;
  const p = error > 0 ? 2 * studentCdf(-Math.abs(mean / error), n - 1) : null;
  return { n, mean, sd, low: mean - reach, high: mean + reach, p };
}

/**
 * Percentile bootstrap of the mean: for values that are many and not normally spread, as gains per class. Of fewer than
 * about ten values it is too narrow; take `tInterval` there.
 *
 * Source: Efron & Tibshirani 1993, section 13.3; ends by numpy.percentile's linear rule.
 */
export function bootstrapInterval(
  values: readonly number[],
  { level = 0.95, draws = 2000, seed = 0 }: { level?: number; draws?: number; seed?: number } = {},
): { readonly mean: number; readonly low: number; readonly high: number } {
  const n = values.length;
  const rng = createRng(seed);
  const means = Float64Array.from({ length: draws }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[integer(rng, n)];
    return sum / n;
  }).sort();
  const at = (share: number): number => {
    const place = share * (draws - 1);
    const below = Math.floor(place);
    return means[below] + (place - below) * (means[Math.min(below + 1, draws - 1)] - means[below]);
  };
  return { mean: values.reduce((sum, v) => sum + v, 0) / n, low: at((1 - level) / 2), high: at((1 + level) / 2) };
}
