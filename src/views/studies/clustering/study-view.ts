import type { WeightedMetric } from "../../../core/metrics/overall";
import type { Backbone } from "../../../core/nn/encoder-spec";
import type { ClusteringPlan, StudyJob } from "../../../core/study/clustering/plan";
import type { FailedRun, MetricName } from "../../../core/study/clustering/result";
import { metricDirections } from "../../../core/study/clustering/result";
import {
  type RankedResult,
  type SliceSummary,
  summarizeStudy,
  type TableRow,
} from "../../../core/study/clustering/summary";
import type { Study, StudyState } from "../../../state/study-state";

/** One line of the table: what is known of a combination, and what it still waits for. */
export interface ViewRow {
  /** Names the combination on its slice. */
  readonly id: string;
  readonly name: string;
  readonly backbone: Backbone | null;
  /** Null before the first seed is done. */
  readonly row: TableRow | null;
  readonly jobs: readonly StudyJob[];
  readonly failures: readonly { readonly job: StudyJob; readonly error: FailedRun["error"] }[];
  readonly running: boolean;
  readonly waiting: number;
}

export interface SliceView {
  /** Null before the first result. */
  readonly summary: SliceSummary | null;
  readonly results: readonly RankedResult[];
  /** Of all slices. */
  readonly all: readonly RankedResult[];
  /** Baselines first; within each part what is finished, best first, then what waits, in the order of the plan. */
  readonly rows: readonly ViewRow[];
}

/** The metrics of the overall score with the person's weights. */
export function weightedMetrics(weights: StudyState["overallWeights"]): WeightedMetric[] {
  return (Object.keys(metricDirections) as MetricName[]).map((name) => ({
    name,
    better: metricDirections[name],
    weight: weights[name] ?? 0,
  }));
}

interface ViewOptions {
  readonly slice: string;
  /** Rows are ordered by it and compared in it. */
  readonly metric: MetricName;
  readonly weights: readonly WeightedMetric[];
  /** Key of the run in hand. */
  readonly inHand: string | null;
}

/** The study as the page shows it, for one of its slices. */
export function viewSlice(study: Study, { slice, metric, weights, inHand }: ViewOptions): SliceView {
  const finished = [...study.finished.values()].map(({ result }) => result);
  const { slices, results } = summarizeStudy(finished, { metric, weights });
  const summary = slices.find((s) => s.slice === slice) ?? null;
  return {
    summary,
    results: results.filter((r) => r.slice === slice),
    all: results,
    rows: viewRows(study, slice, summary, inHand),
  };
}

function viewRows(study: Study, slice: string, summary: SliceSummary | null, inHand: string | null): ViewRow[] {
  const groups = new Map<string, StudyJob[]>();
  for (const job of study.jobs) {
    if (job.slice !== slice) continue;
    const id = rowId(job.kind === "run" ? job.method : job.name, job.kind === "run" ? job.backbone : null);
    groups.set(id, [...(groups.get(id) ?? []), job]);
  }
  const rows = [...groups].map(([id, jobs]): ViewRow => {
    const [first] = jobs;
    const failures = jobs.flatMap((job) => {
      const error = study.failed.get(job.key);
      return error ? [{ job, error }] : [];
    });
    return {
      id,
      name: first.kind === "run" ? first.method : first.name,
      backbone: first.kind === "run" ? first.backbone : null,
      row: summary?.rows.find((r) => rowId(r.name, r.backbone) === id) ?? null,
      jobs,
      failures,
      running: jobs.some(({ key }) => key === inHand),
      waiting: jobs.filter(({ key }) => !study.finished.has(key) && !study.failed.has(key)).length,
    };
  });
  const place = ({ id, backbone, row }: ViewRow): number => {
    const rank = row ? (summary?.rows.findIndex((r) => rowId(r.name, r.backbone) === id) ?? 0) : 1e4;
    return (backbone === null ? 0 : 1e6) + rank;
  };
  return rows.sort((a, b) => place(a) - place(b));
}

function rowId(name: string, backbone: Backbone | null): string {
  return `${name}/${backbone ?? ""}`;
}

/** "24 runs and 18 baselines". */
export function sizeWords(jobs: readonly StudyJob[]): string {
  const runs = jobs.filter(({ kind }) => kind === "run").length;
  const baselines = jobs.length - runs;
  const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;
  return `${count(runs, "run")} and ${count(baselines, "baseline")}`;
}

/** A plan in one line: "layer · 8 methods × 3 backbones × 3 seeds · preset lab". */
export function planWords(plan: ClusteringPlan): string {
  const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;
  const { slices, methods, backbones, seeds, preset } = plan;
  const names = slices.map(({ name, label }) => `${name}, ${label}`).join("; ");
  return `${names} · ${count(methods.length, "method")} × ${count(backbones.length, "backbone")} × ${count(seeds.length, "seed")} · preset ${preset}`;
}
