import { correlation } from "../correlation";
import { meanSd } from "../mean-sd";
import { type PublishedMetric, publishedAmiMoran, publishedBest, publishedMeans } from "./published";
import { type MetricName, metricDirections } from "./result";
import { groupMeans, isBetter, type RankedResult, type SliceSummary, type TableRow } from "./summary";

/** What the numbers of one slice say, for the page and the report to put into words. */
export interface Conclusions {
  readonly baseline: AgainstBaseline | null;
  readonly published: readonly PublishedClaim[];
}

export interface AgainstBaseline {
  readonly metric: MetricName;
  readonly best: TableRow;
  readonly baseline: TableRow;
  /** Combinations of method and backbone whose mean is better than the best baseline's, and all of them. */
  readonly better: number;
  readonly of: number;
}

export type PublishedClaim =
  | {
      readonly kind: "order";
      readonly metric: PublishedMetric;
      /** Ids of the methods that both have, best first, as published and here. */
      readonly published: readonly string[];
      readonly here: readonly string[];
      /** Spearman's, of the methods' means over the backbones. */
      readonly rho: number;
      readonly holds: boolean;
    }
  | {
      readonly kind: "amiMoran";
      readonly r: number;
      readonly n: number;
      readonly published: number;
      readonly holds: boolean;
    }
  | {
      readonly kind: "bestOverall";
      readonly here: TableRow;
      readonly published: typeof publishedBest;
      readonly holds: boolean;
    };

/** A published order counts as holding where the two agree at least so well: with eight methods, one-sided p is .05 there. */
const ORDER_HOLDS = 0.64;
/** And a published correlation, where it is at least half as strong, with the same sign. */
const CORRELATION_HOLDS = publishedAmiMoran / 2;

/**
 * Holds one slice's results against the best baseline and against what the published study concluded. A claim that these
 * runs cannot speak of (fewer than four of its methods, or not the run it names) is left out.
 */
export function concludeSlice(
  results: readonly RankedResult[],
  { rows, bestBaseline, bestMethod }: SliceSummary,
  metric: MetricName,
): Conclusions {
  const methods = rows.filter(({ backbone, metrics }) => backbone !== null && metrics[metric].mean !== null);
  const baseline =
    bestBaseline && bestMethod && methods.length > 0
      ? {
          metric,
          best: bestMethod,
          baseline: bestBaseline,
          better: methods.filter((row) => isBetter(metric, row.metrics[metric].mean, bestBaseline.metrics[metric].mean))
            .length,
          of: methods.length,
        }
      : null;
  const claims = [orderClaim(rows, metric), amiMoranClaim(results), bestClaim(rows)];
  return { baseline, published: claims.filter((claim) => claim !== null) };
}

function orderClaim(rows: readonly TableRow[], metric: MetricName): PublishedClaim | null {
  if (!isPublished(metric)) return null;
  const ours = new Map<string, (number | null)[]>();
  for (const { name, backbone, metrics } of rows)
    if (backbone !== null) ours.set(name, [...(ours.get(name) ?? []), metrics[metric].mean]);
  const both = [...ours].flatMap(([name, means]) => {
    const published = publishedMeans[name as keyof typeof publishedMeans]?.[metric];
    const { mean } = meanSd(means);
    return published === undefined || mean === null ? [] : [{ name, published, mean }];
  });
  if (both.length < 4) return null;
  const rho = correlation(both.map(({ published, mean }) => [published, mean] as const)).spearman;
  if (rho === null) return null;
  const sign = metricDirections[metric] === "higher" ? -1 : 1;
  const by = (value: (b: (typeof both)[number]) => number): string[] =>
    [...both].sort((a, b) => sign * (value(a) - value(b))).map(({ name }) => name);
  return {
    kind: "order",
    metric,
    published: by((b) => b.published),
    here: by((b) => b.mean),
    rho,
    holds: rho >= ORDER_HOLDS,
  };
}

function isPublished(metric: MetricName): metric is PublishedMetric {
  return metric in publishedMeans.vicreg!;
}

function amiMoranClaim(results: readonly RankedResult[]): PublishedClaim | null {
  const combined = (metric: MetricName) =>
    new Map(groupMeans(results, metric, combination).map(({ group, value }) => [group, value.mean]));
  const [ami, moran] = [combined("ami"), combined("moransI")];
  const { n, pearson } = correlation([...ami].map(([group, mean]) => [mean, moran.get(group) ?? null] as const));
  if (n < 6 || pearson === null) return null;
  return { kind: "amiMoran", r: pearson, n, published: publishedAmiMoran, holds: pearson >= CORRELATION_HOLDS };
}

/** Names the runs of a method on a backbone; baselines are none. */
function combination(result: RankedResult): string | null {
  return result.kind === "run" ? `${result.method}/${result.backbone}` : null;
}

function bestClaim(rows: readonly TableRow[]): PublishedClaim | null {
  const runs = rows.filter(({ backbone, overall }) => backbone !== null && overall.mean !== null);
  const isBest = ({ name, backbone }: TableRow): boolean =>
    name === publishedBest.method && backbone === publishedBest.backbone;
  if (runs.length < 4 || !runs.some(isBest)) return null;
  const here = runs.reduce((a, b) => ((b.overall.mean ?? 0) > (a.overall.mean ?? 0) ? b : a));
  return { kind: "bestOverall", here, published: publishedBest, holds: isBest(here) };
}
