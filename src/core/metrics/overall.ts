import { LabError } from "../errors";

/** One metric of the overall score. */
export interface WeightedMetric {
  readonly name: string;
  readonly better: "higher" | "lower";
  /** 0 leaves it out. */
  readonly weight: number;
}

/** What the eight-method study averaged. Two pairs count twice: AMI with NMI, and Moran's I with Geary's C. */
export const studyMetrics: readonly WeightedMetric[] = [
  { name: "ami", better: "higher", weight: 1 },
  { name: "nmi", better: "higher", weight: 1 },
  { name: "ari", better: "higher", weight: 1 },
  { name: "silhouette", better: "higher", weight: 1 },
  { name: "moransI", better: "higher", weight: 1 },
  { name: "gearysC", better: "lower", weight: 1 },
];

/**
 * Overall score of each run: the weighted mean over the metrics of (x - min) / (max - min) over the runs, turned round
 * where less is better. It ranks these runs among themselves; with another run in the table every score may change.
 *
 * @param runs  each run's metrics by name; one that is missing or NaN (a single cluster has no silhouette) counts as worst
 * @param among  runs that min and max are taken of; what others, such as baselines, lie outside of them does not count
 * @returns     0 to 1 for each run; NaN for all where no metric differs between runs
 * @throws LabError("range") if a weight is negative or not finite
 * Source: the SSL study of Stereo-seq embryos; its VICReg-SAGE .915 comes out as .913 to .918 (Geary's C is not given).
 */
export function overallScores(
  runs: readonly Readonly<Record<string, number | null | undefined>>[],
  metrics: readonly WeightedMetric[] = studyMetrics,
  among: typeof runs = runs,
): Float64Array {
  const scores = new Float64Array(runs.length);
  let weights = 0;
  for (const { name, better, weight } of metrics) {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new LabError("range", `Weight of ${name}: expected a number of 0 or more, got ${weight}.`);
    const values = runs.map((run) => run[name] ?? Number.NaN);
    const known = among.map((run) => run[name] ?? Number.NaN).filter((v) => Number.isFinite(v));
    const low = Math.min(...known);
    const high = Math.max(...known);
    // what is the same for all runs ranks none of them
    if (weight === 0 || !(high > low)) continue;
    weights += weight;
    values.forEach((v, r) => {
      if (!Number.isFinite(v)) return;
      const share = Math.max(0, Math.min(1, (v - low) / (high - low)));
      scores[r] += weight * (better === "higher" ? share : 1 - share);
    });
  }
  return scores.map((s) => (weights === 0 ? Number.NaN : s / weights));
}
