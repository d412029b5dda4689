import {
  type FailedRun,
  type MetricName,
  metricDirections,
  type StudyResult,
} from "../../src/core/study/clustering/result";
import {
  groupMeans,
  isBetter,
  rowName,
  type SliceSummary,
  type StudySummary,
  summarizeStudy,
  type TableRow,
} from "../../src/core/study/clustering/summary";
import { correlation } from "../../src/core/study/correlation";
import type { MeanSd } from "../../src/core/study/mean-sd";
import { barFigure, escaped, scatterFigure } from "./figures";
import { page } from "./page";

const metricWords: Readonly<Record<MetricName, string>> = {
  ari: "ARI",
  ami: "AMI",
  nmi: "NMI",
  homogeneity: "homogeneity",
  completeness: "completeness",
  silhouette: "silhouette",
  moransI: "Moran's I",
  gearysC: "Geary's C",
  clusterMoransI: "Moran's I of clusters",
  clusterGearysC: "Geary's C of clusters",
  chaos: "CHAOS",
  pas: "PAS",
  spatialAsw: "spatial ASW",
};
const columns = (Object.keys(metricWords) as MetricName[]).filter((name) => !name.startsWith("cluster"));

/**
 * A study as one HTML page that stands alone: for each slice what beat what, the table and figures as SVG. Everything it
 * says is computed from the results.
 */
export function studyReport(
  results: readonly StudyResult[],
  failed: readonly FailedRun[],
  metric: MetricName = "ari",
): string {
  const summary = summarizeStudy(results, { metric });
  const body = [
    "<h1>Clustering study</h1>",
    `<p>${runWords(results, failed)}</p>`,
    ...summary.slices.map((slice) => sliceSection(slice, summary)),
    summary.slices.length > 1 ? acrossSection(summary) : "",
    failed.length > 0 ? failedSection(failed) : "",
    notes(results),
  ];
  return page("Clustering study", body.join("\n"));
}

function runWords(results: readonly StudyResult[], failed: readonly FailedRun[]): string {
  const runs = results.filter(({ kind }) => kind === "run").length;
  const seeds = new Set(results.map(({ seed }) => seed)).size;
  const fails = failed.length > 0 ? `, ${failed.length} failed` : "";
  return `${runs} runs and ${results.length - runs} of baselines, ${seeds} ${seeds === 1 ? "seed" : "seeds"}${fails}.`;
}

/** What the numbers of a slice say, in a sentence. */
export function verdict({ bestMethod, bestBaseline }: SliceSummary, metric: MetricName): string {
  if (!bestMethod) return "No run of a method is done.";
  const name = nameOf(bestMethod);
  const score = `${name}, ${withSd(bestMethod.metrics[metric])}`;
  if (!bestBaseline) return `Best by ${metricWords[metric]}: ${score}. There is no baseline to compare with.`;
  const beats = isBetter(metric, bestMethod.metrics[metric].mean, bestBaseline.metrics[metric].mean);
  const base = `${bestBaseline.name}, ${withSd(bestBaseline.metrics[metric])}`;
  const paired = bestMethod.versusBaseline;
  const interval = paired?.interval
    ? ` The difference over ${paired.n} seeds is ${signed(paired.difference)}, 95 % interval ${signed(paired.interval[0])} to ${signed(paired.interval[1])}.`
    : "";
  return beats
    ? `Best by ${metricWords[metric]}: ${score}, above the best baseline, ${base}.${interval}`
    : `No method beats the best baseline, ${base}; the best of them is ${score}.${interval}`;
}

function sliceSection(slice: SliceSummary, summary: StudySummary): string {
  const { metric } = summary;
  const of = summary.results.filter((result) => result.slice === slice.slice);
  const methods = slice.rows.filter(({ backbone }) => backbone !== null);
  const goal = slice.bestBaseline?.metrics[metric].mean ?? null;
  const line = goal === null ? null : { at: goal, label: `best baseline, ${slice.bestBaseline?.name}` };
  const bars = methods.flatMap((row) => {
    const { mean, sd } = row.metrics[metric];
    return mean === null ? [] : [{ label: nameOf(row), series: row.backbone ?? "", value: mean, error: sd }];
  });
  const means = (title: string, group: (row: (typeof of)[number]) => string | null) => {
    const groups = groupMeans(of, metric, group).flatMap(({ group, value: { mean, sd } }) =>
      mean === null ? [] : [{ label: group, series: "", value: mean, error: sd }],
    );
    groups.sort((a, b) => (isBetter(metric, a.value, b.value) ? -1 : 1));
    return groups.length > 1 ? barFigure(title, groups, line) : "";
  };
  const points = of.flatMap((result) =>
    result.kind === "run" && result.ari !== null && result.moransI !== null
      ? [{ x: result.moransI, y: result.ari, series: result.backbone, label: result.key }]
      : [],
  );
  const { pearson, spearman, n } = correlation(points.map((p) => [p.x, p.y]));
  const together =
    pearson === null ? "" : ` (Pearson ${pearson.toFixed(2)}, Spearman ${spearman?.toFixed(2)}, ${n} runs)`;
  return [
    `<h2>${escaped(slice.slice)}</h2>`,
    `<p>Held against <b>${escaped(slice.label)}</b>. ${escaped(verdict(slice, metric))}</p>`,
    table(slice.rows, metric),
    bars.length > 0
      ? barFigure(`${metricWords[metric]} of each method and backbone, mean and deviation over seeds`, bars, line)
      : "",
    means(`${metricWords[metric]} by method, over backbones and seeds`, (row) =>
      row.kind === "run" ? rowName(row) : null,
    ),
    means(`${metricWords[metric]} by backbone, over methods and seeds`, (row) =>
      row.kind === "run" ? row.backbone : null,
    ),
    points.length > 2
      ? scatterFigure(`ARI against Moran's I of the embedding${together}`, ["Moran's I", "ARI"], points)
      : "",
  ].join("\n");
}

function table(rows: readonly TableRow[], metric: MetricName): string {
  const best = new Map(
    columns.map((name) => {
      const means = rows.map((row) => row.metrics[name].mean);
      return [name, means.reduce((a, b) => (isBetter(name, b, a) ? b : a), null)];
    }),
  );
  const cell = (row: TableRow, name: MetricName): string => {
    const { mean } = row.metrics[name];
    const text = withSd(row.metrics[name]);
    return `<td>${mean !== null && mean === best.get(name) ? `<b>${text}</b>` : text}</td>`;
  };
  const line = (row: TableRow): string => {
    const { backbone, versusBaseline: versus, collapsed, seeds } = row;
    const words = collapsed > 0 ? ` <small>${collapsed} of ${seeds.length} collapsed</small>` : "";
    return [
      `<tr${backbone === null ? ' class="baseline"' : ""}><th scope="row">${escaped(nameOf(row))}${words}</th>`,
      `<td>${seeds.length}</td><td>${row.k.mean?.toFixed(row.k.mean % 1 === 0 ? 0 : 1) ?? ""}</td>`,
      ...columns.map((name) => cell(row, name)),
      `<td>${withSd(row.overall)}</td><td>${versus ? signed(versus.difference) : ""}</td>`,
      `<td>${row.seconds.mean?.toFixed(1) ?? ""}</td></tr>`,
    ].join("");
  };
  const heads = columns.map(
    (name) => `<th>${escaped(metricWords[name])} ${metricDirections[name] === "higher" ? "↑" : "↓"}</th>`,
  );
  return `<div class="scroll"><table><thead><tr><th></th><th>seeds</th><th>k</th>${heads.join("")}<th>overall ↑</th><th>${metricWords[metric]} above best baseline</th><th>seconds</th></tr></thead>
<tbody>${rows.map(line).join("\n")}</tbody></table></div>`;
}

function acrossSection({ acrossSlices, metric, slices }: StudySummary): string {
  const whole = acrossSlices.filter((row) => row.slices === slices.length);
  const line = ({ name, backbone, mean }: (typeof whole)[number]) =>
    `<tr${backbone === null ? ' class="baseline"' : ""}><th scope="row">${escaped(nameOf({ name, backbone }))}</th><td>${mean.toFixed(3)}</td></tr>`;
  return `<h2>Over all ${slices.length} slices</h2>
<p>Mean of the slices' means of ${metricWords[metric]}, for what was run on all of them.</p>
<table><tbody>${whole.map(line).join("\n")}</tbody></table>`;
}

function failedSection(failed: readonly FailedRun[]): string {
  const line = ({ key, error }: FailedRun) => `<li>${escaped(`${key}: ${error.message} ${error.hint}`)}</li>`;
  return `<h2>Runs that failed</h2><ul>${failed.map(line).join("\n")}</ul>`;
}

function notes(results: readonly StudyResult[]): string {
  const ways = [...new Set(results.map(({ clustering }) => JSON.stringify(clustering)))];
  return `<h2>How to read it</h2>
<p>Baselines are tinted and stand on top; all rows were clustered in the same way: <code>${ways.map(escaped).join("</code>, <code>")}</code>.
± is the sample deviation over seeds. The overall score is the mean of min–max of AMI, NMI, ARI, silhouette, Moran's I and
1 − Geary's C over the runs of methods on the slice; baselines lie on that scale, cut off at its ends. The best baseline was chosen by the
scores it is compared with, which favours it. Moran's I rises with smoothing as well as with structure.</p>`;
}

function nameOf({ name, backbone }: Pick<TableRow, "name" | "backbone">): string {
  return backbone === null ? name : `${name} · ${backbone}`;
}

function withSd({ mean, sd }: MeanSd): string {
  if (mean === null) return "";
  return sd === null ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${sd.toFixed(3)}`;
}

const signed = (v: number): string => `${v < 0 ? "−" : "+"}${Math.abs(v).toFixed(3)}`;
