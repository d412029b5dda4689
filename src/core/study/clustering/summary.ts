import { overallScores, studyMetrics, type WeightedMetric } from "../../metrics/overall";
import type { Backbone } from "../../nn/encoder-spec";
import type { SslMethodId } from "../../ssl/catalog";
import { type MeanSd, meanSd } from "../mean-sd";
import { type PairedComparison, pairedComparison } from "../paired-comparison";
import { type MetricName, metricDirections, metricNames, type StudyResult } from "./result";

/** A result with its place among the others of its slice. */
export type RankedResult = StudyResult & { readonly overall: number | null };

/** What a table shows of one method on one backbone, or of one baseline, over the seeds of one slice. */
export interface TableRow {
  readonly slice: string;
  /** Id of the method, or name of the baseline. */
  readonly name: SslMethodId | string;
  /** Null for a baseline. */
  readonly backbone: Backbone | null;
  readonly seeds: readonly number[];
  readonly k: MeanSd;
  readonly metrics: Readonly<Record<MetricName, MeanSd>>;
  readonly overall: MeanSd;
  readonly seconds: MeanSd;
  /** Runs whose embedding collapsed. */
  readonly collapsed: number;
  /** By the metric of the summary, against the slice's best baseline on the same seeds; null for baselines. */
  readonly versusBaseline: PairedComparison | null;
}

export interface SliceSummary {
  readonly slice: string;
  readonly label: string;
  /** Baselines first, each part from the best down. */
  readonly rows: readonly TableRow[];
  readonly bestBaseline: TableRow | null;
  readonly bestMethod: TableRow | null;
}

export interface StudySummary {
  /** Rows are ordered and baselines chosen by it. */
  readonly metric: MetricName;
  readonly slices: readonly SliceSummary[];
  /** Over the slices that hold it: a method on a backbone, or a baseline, by the mean of its slices' means. */
  readonly acrossSlices: readonly {
    readonly name: string;
    readonly backbone: Backbone | null;
    readonly slices: number;
    readonly mean: number;
  }[];
  readonly results: readonly RankedResult[];
}

/**
 * The table of a study. The overall score is scaled by least and most among the runs of methods on the slice, so that
 * baselines, which lie on the same scale and are cut off at its ends, move no method's score.
 *
 * The best baseline is chosen by the very scores that methods are then compared with, which favours it.
 *
 * @param weights  of the metrics in the overall score; those of the published study unless told
 */
export function summarizeStudy(
  results: readonly StudyResult[],
  {
    metric = "ari",
    weights = studyMetrics,
  }: { readonly metric?: MetricName; readonly weights?: readonly WeightedMetric[] } = {},
): StudySummary {
  const names = [...new Set(results.map(({ slice }) => slice))];
  const ranked = names.map((name) =>
    rank(
      results.filter(({ slice }) => slice === name),
      weights,
    ),
  );
  const slices = ranked.map((of) => sliceSummary(of, metric));
  return { metric, slices, acrossSlices: acrossSlices(slices, metric), results: ranked.flat() };
}

/** The name under which runs of several seeds are one row. */
export function rowName(result: StudyResult): string {
  return result.kind === "run" ? result.method : result.name;
}

/** Mean and deviation of a metric over groups of runs, such as all of one backbone. Order of first occurrence. */
export function groupMeans(
  results: readonly RankedResult[],
  metric: MetricName | "overall" | "seconds",
  groupOf: (result: RankedResult) => string | null,
): { readonly group: string; readonly value: MeanSd }[] {
  const groups = new Map<string, (number | null)[]>();
  for (const result of results) {
    const group = groupOf(result);
    if (group === null) continue;
    groups.set(group, [...(groups.get(group) ?? []), result[metric]]);
  }
  return [...groups].map(([group, values]) => ({ group, value: meanSd(values) }));
}

/** Of two means, true if the first is the better one; one that is not defined is never better. */
export function isBetter(metric: MetricName, a: number | null, b: number | null): boolean {
  if (a === null) return false;
  if (b === null) return true;
  return metricDirections[metric] === "higher" ? a > b : a < b;
}

function rank(results: readonly StudyResult[], weights: readonly WeightedMetric[]): RankedResult[] {
  const valuesOf = (result: StudyResult) => Object.fromEntries(metricNames.map((name) => [name, result[name]]));
  const runs = results.filter(({ kind }) => kind === "run");
  const among = (runs.length > 0 ? runs : results).map(valuesOf);
  const overall = overallScores(results.map(valuesOf), weights, among);
  return results.map((result, i) => ({ ...result, overall: Number.isNaN(overall[i]) ? null : overall[i] }));
}

function sliceSummary(results: readonly RankedResult[], metric: MetricName): SliceSummary {
  const groups = new Map<string, RankedResult[]>();
  for (const result of results) {
    const group = `${result.kind}/${rowName(result)}/${result.kind === "run" ? result.backbone : ""}`;
    groups.set(group, [...(groups.get(group) ?? []), result]);
  }
  const rows = [...groups.values()].map((of) => ({ of, row: rowOf(of) }));
  rows.sort(({ row: a }, { row: b }) => order(a, b, metric));
  const bestBaseline = rows.find(({ of }) => of[0].kind === "baseline") ?? null;
  const compared = rows.map(({ of, row }) =>
    of[0].kind === "baseline" || !bestBaseline
      ? row
      : { ...row, versusBaseline: pairedComparison(pairs(of, bestBaseline.of, metric)) },
  );
  return {
    slice: results[0].slice,
    label: results[0].label,
    rows: compared,
    bestBaseline: bestBaseline?.row ?? null,
    bestMethod: compared.find(({ backbone }) => backbone !== null) ?? null,
  };
}

function rowOf(of: readonly RankedResult[]): TableRow {
  const over = (value: (result: RankedResult) => number | null): MeanSd => meanSd(of.map(value));
  const [first] = of;
  return {
    slice: first.slice,
    name: rowName(first),
    backbone: first.kind === "run" ? first.backbone : null,
    seeds: of.map(({ seed }) => seed),
    k: over(({ k }) => k),
    metrics: Object.fromEntries(metricNames.map((name) => [name, over((r) => r[name])])) as TableRow["metrics"],
    overall: over(({ overall }) => overall),
    seconds: over(({ seconds }) => seconds),
    collapsed: of.filter((r) => r.kind === "run" && r.collapse.words !== null).length,
    versusBaseline: null,
  };
}

function order(a: TableRow, b: TableRow, metric: MetricName): number {
  const part = Number(a.backbone !== null) - Number(b.backbone !== null);
  if (part !== 0) return part;
  const [x, y] = [a.metrics[metric].mean, b.metrics[metric].mean];
  return isBetter(metric, x, y) ? -1 : isBetter(metric, y, x) ? 1 : 0;
}

/** By seed; a seed that one of them lacks makes no pair. */
function pairs(a: readonly RankedResult[], b: readonly RankedResult[], metric: MetricName) {
  return a.flatMap((run) => {
    const other = b.find(({ seed }) => seed === run.seed);
    return other ? [[run[metric], other[metric]] as const] : [];
  });
}

function acrossSlices(slices: readonly SliceSummary[], metric: MetricName): StudySummary["acrossSlices"] {
  const rows = slices.flatMap((slice) => slice.rows);
  const groups = new Map<string, TableRow[]>();
  for (const row of rows) {
    const group = `${row.backbone}/${row.name}`;
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  const means = [...groups.values()].flatMap((of) => {
    const { mean, n } = meanSd(of.map((row) => row.metrics[metric].mean));
    return mean === null ? [] : [{ name: of[0].name, backbone: of[0].backbone, slices: n, mean }];
  });
  return means.sort((a, b) => (isBetter(metric, a.mean, b.mean) ? -1 : isBetter(metric, b.mean, a.mean) ? 1 : 0));
}
