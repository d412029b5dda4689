import { linearFit, rankCorrelation } from "../metrics/correlation";

/** How two scores go together over runs. */
export interface Correlation {
  readonly n: number;
  /** Null with fewer than three points or where one does not vary. */
  readonly pearson: number | null;
  readonly spearman: number | null;
}

/** Correlation of two metrics over runs; points that lack one are left out. */
export function correlation(points: readonly (readonly [number | null, number | null])[]): Correlation {
  const known = points.filter((p): p is readonly [number, number] => p[0] !== null && p[1] !== null);
  const [x, y] = [known.map(([a]) => a), known.map(([, b]) => b)];
  const pearson = linearFit(x, y).r;
  if (known.length < 3 || Number.isNaN(pearson)) return { n: known.length, pearson: null, spearman: null };
  return { n: known.length, pearson, spearman: rankCorrelation(x, y).r };
}
