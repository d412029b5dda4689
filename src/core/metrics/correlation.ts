import { assertShape } from "../errors";
import { studentCdf } from "./student-t";

export interface LinearFit {
  readonly n: number;
  readonly slope: number;
  readonly intercept: number;
  /** Pearson's correlation. */
  readonly r: number;
  /** Two-sided p of "the slope is 0"; null for fewer than three points. */
  readonly p: number | null;
}

/**
 * The straight line of least squares, y = intercept + slope x. NaN where x or, for r, y does not vary.
 *
 * @throws LabError("shape") if the lengths differ
 * Source: scipy.stats.linregress.
 */
export function linearFit(x: readonly number[], y: readonly number[]): LinearFit {
  assertShape("Linear fit", [y.length], [x.length]);
  const n = x.length;
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / n;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xx += (x[i] - mx) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
    yy += (y[i] - my) ** 2;
  }
  const slope = xx > 0 ? xy / xx : Number.NaN;
  const r = xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : Number.NaN;
  return { n, slope, intercept: my - slope * mx, r, p: pOfCorrelation(r, n) };
}

/**
 * Spearman's rank correlation; ties share the mean of their ranks.
 *
 * @returns r and its two-sided p by Student's distribution, null for fewer than three points
 * Source: scipy.stats.spearmanr.
 */
export function rankCorrelation(
  x: readonly number[],
  y: readonly number[],
): { readonly r: number; readonly p: number | null } {
  const { r, p } = linearFit(ranks(x), ranks(y));
  return { r, p };
}

function pOfCorrelation(r: number, n: number): number | null {
  if (n < 3 || Number.isNaN(r)) return null;
  return 2 * studentCdf(-Math.abs(r) * Math.sqrt((n - 2) / Math.max(1e-300, 1 - r * r)), n - 2);
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const out = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let e = from; e < to; e++) out[order[e]] = (from + to - 1) / 2 + 1;
    from = to;
  }
  return out;
}
