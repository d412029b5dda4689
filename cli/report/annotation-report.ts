import type { Interval } from "../../src/core/metrics/interval";
import { atLevel, levelPurity } from "../../src/core/study/annotation/at-level";
import type { AnnotationPlan } from "../../src/core/study/annotation/plan";
import type { AnnotationRun, AnnotationScored } from "../../src/core/study/annotation/result";
import {
  type AnnotationMetric,
  type AnnotationRow,
  type AnnotationSummary,
  annotationMetrics,
  bestWords,
  fractionWords,
  gainWords,
  rowWords,
  type SslGain,
  summarizeAnnotation,
  viewWords,
} from "../../src/core/study/annotation/summary";
import type { FailedRun } from "../../src/core/study/clustering/result";
import { type Bar, barFigure, escaped, scatterFigure } from "./figures";
import { page } from "./page";

const metricWords: Readonly<Record<AnnotationMetric, string>> = {
  f1Micro: "F1 micro",
  f1Macro: "F1 macro",
  f1Weighted: "F1 weighted",
  balancedAccuracy: "balanced accuracy",
};

/**
 * An annotation study as one HTML page that stands alone: networks against baselines, SSL against none, the gain of each
 * class against its frequency, and where the cells of each class went. Everything it says is computed from the results.
 */
export function annotationReport(
  plan: AnnotationPlan,
  results: readonly AnnotationScored[],
  failed: readonly FailedRun[],
): string {
  const summary = summarizeAnnotation(results);
  const runs = results.filter((r): r is AnnotationRun => r.kind === "run");
  const fractions = [...new Set(summary.rows.map(({ fraction }) => fraction))];
  const body = [
    "<h1>Annotation study</h1>",
    `<p><b>${escaped(plan.label)}</b> of ${escaped(plan.slice)}, scored on ${escaped(plan.testSections.join(", "))}. ${runs.length} runs and ${results.length - runs.length} of baselines${failed.length > 0 ? `, ${failed.length} failed` : ""}.</p>`,
    words(summary.best.map(bestWords)),
    ...fractions.flatMap((fraction) => bars(summary, fraction)),
    fractions.length > 1 ? efficiency(summary) : "",
    table(summary.rows),
    summary.gains.length > 0 ? "<h2>What SSL gains</h2>" : "",
    words(summary.gains.map(gainWords)),
    ...summary.gains.map(classFigure),
    bestRun(runs, "Where the cells of each class went"),
    ...plan.levels.flatMap((level) => byLevel(level, plan, results)),
    failedList(failed),
    "<h2>How to read it</h2><p>Intervals are Student's at 95 % over seeds: how sure the mean over seeds is on this tissue, not how it would be on other tissue. Macro F1 is the plain mean over classes, so a class of five cells counts as much as one of thousands. The best network and baseline were chosen by the scores they are compared by.</p>",
  ];
  return page("Annotation study", body.filter(Boolean).join("\n"));
}

const words = (sentences: readonly string[]): string =>
  sentences.length === 0 ? "" : `<ul>${sentences.map((s) => `<li>${escaped(s)}</li>`).join("")}</ul>`;

const reach = ({ mean, high }: Interval): number | null => (high === null ? null : high - mean);

function bars({ rows, best }: AnnotationSummary, fraction: number): string[] {
  const of = rows.filter((row) => row.fraction === fraction);
  const baseline = best.find((b) => b.fraction === fraction)?.baseline;
  return (["f1Macro", "f1Micro"] as const).map((metric) => {
    const line = baseline && { at: baseline.scores[metric].mean, label: `best baseline, ${baseline.name}` };
    return barFigure(
      `${metricWords[metric]} with ${fractionWords(fraction)}, mean and 95 % interval over seeds`,
      of.map((row): Bar => {
        const { [metric]: value } = row.scores;
        const series = row.ssl === null ? "baseline" : `SSL ${row.ssl}`;
        return { label: rowWords(row), series, value: value.mean, error: reach(value) };
      }),
      line ?? null,
    );
  });
}

/** All fractions of a way one below the other. */
function efficiency({ rows }: AnnotationSummary): string {
  const ways = [...new Set(rows.map(rowWords))];
  const sorted = ways.flatMap((way) => rows.filter((row) => rowWords(row) === way));
  const bars = sorted.map((row): Bar => {
    const { f1Macro } = row.scores;
    return {
      label: `${rowWords(row)}, ${row.nLabels}`,
      series: row.ssl === null ? "baseline" : `SSL ${row.ssl}`,
      value: f1Macro.mean,
      error: reach(f1Macro),
    };
  });
  return barFigure("F1 macro by the number of labels", bars, null);
}

function table(rows: readonly AnnotationRow[]): string {
  const score = ({ mean, low, high }: Interval): string =>
    `${mean.toFixed(3)}${low === null || high === null ? "" : ` <small>${low.toFixed(3)}–${high.toFixed(3)}</small>`}`;
  const line = (row: AnnotationRow): string => {
    const cells = annotationMetrics.map((metric) => `<td>${score(row.scores[metric])}</td>`).join("");
    const { fraction, nLabels, seeds, expectedCalibrationError: ece, seconds } = row;
    return `<tr${row.view === null ? ' class="baseline"' : ""}><th scope="row">${escaped(rowWords(row))}</th><td>${escaped(fractionWords(fraction))}</td><td>${nLabels}</td><td>${seeds.length}</td>${cells}<td>${ece.mean.toFixed(3)}</td><td>${seconds.mean.toFixed(1)}</td></tr>`;
  };
  const heads = annotationMetrics.map((metric) => `<th>${metricWords[metric]}</th>`).join("");
  return `<div class="scroll"><table><thead><tr><th></th><th>labels</th><th>cells</th><th>seeds</th>${heads}<th>calibration error</th><th>seconds</th></tr></thead>
<tbody>${rows.map(line).join("\n")}</tbody></table></div>`;
}

function classFigure({ configuration, view, fraction, perClass, byFrequency, rankCorrelation }: SslGain): string {
  const points = perClass
    .filter(({ frequency }) => frequency > 0)
    .map(({ name, frequency, gain }) => ({
      ...{ x: Math.log10(frequency), y: gain.mean, series: "class" },
      label: `${name}: ${gain.mean.toFixed(3)}, ${(100 * frequency).toPrecision(2)} % of labels`,
    }));
  if (points.length < 3) return "";
  const { slope, p } = byFrequency;
  const fit = `slope ${slope.toFixed(3)} per factor of ten${p === null ? "" : `, p ${p.toPrecision(2)}`}, Spearman ${rankCorrelation.r.toFixed(2)}`;
  const where = `${configuration}, ${viewWords(view)}, ${fractionWords(fraction)}`;
  return scatterFigure(
    `F1 gained by SSL, one point a class: ${where} (${fit})`,
    ["log10 of the class's share of the labels", "gain in F1"],
    points,
  );
}

/** The same predictions by a coarser column. */
function byLevel(level: string, { label }: AnnotationPlan, all: readonly AnnotationScored[]): string[] {
  const results = atLevel(all, level);
  if (results.length === 0) return [];
  const { rows, gains } = summarizeAnnotation(results);
  const share = (100 * levelPurity(all, level)).toFixed(1);
  const runs = results.filter((r): r is AnnotationRun => r.kind === "run");
  return [
    `<h2>By ${escaped(level)}</h2>`,
    `<p>${escaped(`The same predictions of ${label}, each right where the predicted class lies within the cell's own ${level}. The ${level} of ${share} % of the cells to learn from follows from their ${label}.`)}</p>`,
    table(rows),
    words(gains.map(gainWords)),
    bestRun(runs, `Where the cells of each ${level} went`),
  ];
}

/** Classes and confusion of the run with the highest macro F1. */
function bestRun(runs: readonly AnnotationRun[], title: string): string {
  if (runs.length === 0) return "";
  const run = runs.reduce((a, b) => (b.f1Macro > a.f1Macro ? b : a));
  const { perClass, confusion } = run;
  const line = (c: (typeof perClass)[number], t: number): string => {
    const cells = confusion[t].map((n) => {
      const share = c.support > 0 ? n / c.support : 0;
      const text = n === 0 ? "" : share < 0.005 ? "·" : (100 * share).toFixed(0);
      const shade = `background: color-mix(in srgb, var(--s0) ${(70 * share).toFixed(0)}%, transparent)`;
      return `<td style="${shade}" title="${n} cells">${text}</td>`;
    });
    const scores = [c.precision, c.recall, c.f1].map((v) => `<td>${v.toFixed(2)}</td>`).join("");
    return `<tr><th scope="row">${escaped(c.name)}</th><td>${c.nTrain}</td><td>${c.support}</td>${scores}${cells.join("")}</tr>`;
  };
  const heads = perClass.map((_, i) => `<th>${i + 1}</th>`).join("");
  return `<h2>${escaped(title)}</h2>
<p>${escaped(`${run.configuration}, ${viewWords(run.view)}, SSL ${run.ssl}, ${fractionWords(run.fraction)}, seed ${run.seed}`)}: the run with the highest macro F1. Shares of the true class in percent; columns are the predictions in the order of the rows, in which classes that are confused stand side by side.</p>
<div class="scroll"><table class="matrix"><thead><tr><th></th><th>learned from</th><th>cells</th><th>precision</th><th>recall</th><th>F1</th>${heads}</tr></thead>
<tbody>${perClass.map(line).join("\n")}</tbody></table></div>`;
}

function failedList(failed: readonly FailedRun[]): string {
  const line = ({ key, error }: FailedRun) => `<li>${escaped(`${key}: ${error.message} ${error.hint}`)}</li>`;
  return failed.length === 0 ? "" : `<h2>Runs that failed</h2><ul>${failed.map(line).join("\n")}</ul>`;
}
