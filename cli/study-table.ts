import { type MetricName, metricNames, type StudyResult } from "../src/core/study/clustering/result";
import {
  type RankedResult,
  type StudySummary,
  summarizeStudy,
  type TableRow,
} from "../src/core/study/clustering/summary";

/** What `study clustering` and `study report` print: one entry for each run, one for each baseline over its seeds. */
export interface StudyTable {
  readonly runs: readonly object[];
  readonly baselines: readonly object[];
  readonly failed: readonly object[];
  /** Of each slice the best method and the best baseline by ARI, and the difference over seeds. */
  readonly slices: readonly object[];
}

export function studyTable(results: readonly StudyResult[], failed: readonly object[]): StudyTable {
  const summary = summarizeStudy(results);
  return {
    runs: summary.results.flatMap((result) => (result.kind === "run" ? [runEntry(result)] : [])),
    baselines: summary.slices.flatMap(({ rows }) => rows.filter((r) => r.backbone === null).map(baselineEntry)),
    failed,
    slices: summary.slices.map(sliceEntry),
  };
}

function runEntry(result: Extract<RankedResult, { kind: "run" }>): object {
  const { slice, method, backbone, seed, k, classes, nScored, overall, seconds, steps, networks, collapse, beside } =
    result;
  const metrics = Object.fromEntries(metricNames.map((name) => [name, result[name]]));
  return {
    ...{ slice, method, backbone, seed, k, classes, nScored, ...metrics, overall, seconds, steps, networks },
    collapsed: collapse.words,
    beside,
  };
}

/** Means over the seeds; `sd` has the deviations. Matched clusterings mostly have the same k, else it is a mean too. */
function baselineEntry(row: TableRow): object {
  const mean = (name: MetricName) => [name, row.metrics[name].mean] as const;
  const sd = Object.fromEntries(metricNames.map((name) => [name, row.metrics[name].sd]));
  return {
    ...{ slice: row.slice, name: row.name, k: row.k.mean, ...Object.fromEntries(metricNames.map(mean)) },
    ...{ overall: row.overall.mean, seconds: row.seconds.mean, seeds: row.seeds.length, sd },
  };
}

function sliceEntry({ slice, label, bestMethod, bestBaseline }: StudySummary["slices"][number]): object {
  const short = (row: TableRow | null) =>
    row && {
      name: row.name,
      ...(row.backbone ? { backbone: row.backbone } : {}),
      ari: row.metrics.ari.mean,
      sd: row.metrics.ari.sd,
    };
  return {
    slice,
    label,
    bestMethod: short(bestMethod),
    bestBaseline: short(bestBaseline),
    difference: bestMethod?.versusBaseline ?? null,
  };
}
