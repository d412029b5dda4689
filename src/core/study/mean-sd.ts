/** Over seeds. Values that are not defined are left out; `n` says how many there were. */
export interface MeanSd {
  readonly n: number;
  /** Null of none. */
  readonly mean: number | null;
  /** Sample standard deviation, n - 1 below; null of fewer than two. */
  readonly sd: number | null;
}

export function meanSd(values: readonly (number | null | undefined)[]): MeanSd {
  const known = values.filter((v): v is number => typeof v === "number" && Number.isFinite(v));
  const n = known.length;
  if (n === 0) return { n, mean: null, sd: null };
  const mean = known.reduce((sum, v) => sum + v, 0) / n;
  const sd = n < 2 ? null : Math.sqrt(known.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1));
  return { n, mean, sd };
}
