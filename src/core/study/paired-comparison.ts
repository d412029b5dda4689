import { type Interval, tInterval } from "../metrics/interval";

/** How much one thing scores above another on the same seeds or slices. */
export interface PairedComparison {
  /** Pairs in which both have a score. */
  readonly n: number;
  /** Mean of first minus second. */
  readonly difference: number;
  /** 95 % interval of the mean; null with one pair. */
  readonly interval: readonly [number, number] | null;
  /** Two-sided, of "no difference"; null with one pair, or where all differences are the same. */
  readonly p: Interval["p"];
}

/**
 * Paired t comparison of a_i - b_i. With three seeds the interval is wide, and rightly so; seeds of one slice say nothing
 * of other tissue.
 *
 * @param pairs  first and second of each; a pair that lacks one is left out
 * @returns      null without pairs
 * Source: scipy.stats.ttest_rel.
 */
export function pairedComparison(
  pairs: readonly (readonly [number | null, number | null])[],
  confidence = 0.95,
): PairedComparison | null {
  const differences = pairs.flatMap(([a, b]) => (a === null || b === null ? [] : [a - b]));
  if (differences.length === 0) return null;
  const { n, mean, low, high, p } = tInterval(differences, confidence);
  return { n, difference: mean, interval: low === null || high === null ? null : [low, high], p };
}
