import { Select } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { Backbone } from "../../../core/nn/encoder-spec";
import { type MetricName, metricNames } from "../../../core/study/clustering/result";
import type { RankedResult, SliceSummary } from "../../../core/study/clustering/summary";
import { correlation } from "../../../core/study/correlation";
import { meanSd } from "../../../core/study/mean-sd";
import { useLab } from "../../../state/lab";
import { categoryColors } from "../../color/palettes";
import { toHex } from "../../color/rgb";
import { ChartBox } from "../ChartBox";
import { type Bar, barChart } from "../figure/bar-chart";
import { type Figure, inks } from "../figure/figure";
import { scatterChart } from "../figure/scatter-chart";
import styles from "../Studies.module.css";
import { backboneNames, jobTitle, methodName, metricWords, rowTitle } from "./words";

type Charted = MetricName | "overall";

interface ChartsProps {
  readonly slice: string;
  readonly results: readonly RankedResult[];
  readonly summary: SliceSummary;
  /** What the table is ordered by. */
  readonly metric: MetricName;
}

/** A metric by method and by backbone, and one metric against another. */
export function Charts({ slice, results, summary, metric }: ChartsProps) {
  const ink = useLab((s) => inks[s.theme]);
  const { ref, width } = useElementSize();
  const [pair, setPair] = useState<readonly [Charted, Charted]>(["moransI", "ami"]);
  const runs = useMemo(() => results.filter(({ kind }) => kind === "run"), [results]);
  const best = summary.bestBaseline?.metrics[metric].mean ?? null;
  const mark = best === null ? null : { name: rowTitle(summary.bestBaseline!.name, null), value: best };
  const third = Math.floor((width - 32) / 3);
  const wide = Math.max(280, width < 900 ? width : third);
  const chart = { width: wide, height: 260, ink, mark };
  const name = metricWords[metric].name;
  const byMethod = barChart(groupBars(runs, metric, "method"), { ...chart, title: `${name} by method` });
  const byBackbone = barChart(groupBars(runs, metric, "backbone"), { ...chart, title: `${name} by backbone` });
  const scatter = useMemo(() => pairChart(runs, pair, { width: wide, height: 260, ink }), [runs, pair, wide, ink]);
  const choices = (["overall", ...metricNames] as const).map((value) => ({ value, label: metricWords[value].name }));
  if (runs.length === 0) return null;
  return (
    <section className={styles.block} aria-labelledby="charts-title" ref={ref}>
      <div className={styles.blockHead}>
        <h2 id="charts-title">Charts</h2>
        <span className="label">
          Bars: mean ± standard deviation over what they gather, seeds averaged first; dots are the single values.
          Dashed: the best baseline.
        </span>
      </div>
      {/* before its room is known there is nothing to draw in */}
      {width > 0 && (
        <div className={styles.charts}>
          <ChartBox figure={byMethod} name={`${metric}-by-method-${slice}`} />
          <ChartBox figure={byBackbone} name={`${metric}-by-backbone-${slice}`} />
          <ChartBox figure={scatter} name={`${pair[1]}-against-${pair[0]}-${slice}`}>
            <AxisChoice label="across" value={pair[0]} data={choices} onChange={(x) => setPair([x, pair[1]])} />
            <AxisChoice label="upwards" value={pair[1]} data={choices} onChange={(y) => setPair([pair[0], y])} />
          </ChartBox>
        </div>
      )}
    </section>
  );
}

interface AxisChoiceProps {
  readonly label: string;
  readonly value: Charted;
  readonly data: readonly { readonly value: Charted; readonly label: string }[];
  readonly onChange: (value: Charted) => void;
}

function AxisChoice({ label, value, data, onChange }: AxisChoiceProps) {
  return (
    <Select
      aria-label={`Metric ${label}`}
      w={96}
      data={[...data]}
      value={value}
      onChange={(next) => next && onChange(next as Charted)}
      allowDeselect={false}
    />
  );
}

/**
 * One bar for each method, of its means on the backbones, or the other way round; with one of the other kind alone, of its
 * seeds.
 */
export function groupBars(runs: readonly RankedResult[], metric: Charted, by: "method" | "backbone"): Bar[] {
  const of = (r: RankedResult, what: "method" | "backbone"): string => (r.kind === "run" ? r[what] : "");
  const other = by === "method" ? "backbone" : "method";
  const groups = [...new Set(runs.map((r) => of(r, by)))];
  const single = new Set(runs.map((r) => of(r, other))).size === 1;
  return groups.map((group) => {
    const mine = runs.filter((r) => of(r, by) === group);
    const within = single ? mine.map((r) => [r]) : gathered(mine, (r) => of(r, other));
    const means = within.map((set) => meanSd(set.map((r) => r[metric])).mean);
    const { mean, sd, n } = meanSd(means);
    const title = by === "method" ? methodName(group) : backboneNames[group as Backbone];
    return { name: title, mean: mean ?? Number.NaN, sd, n, values: means.filter((v) => v !== null) };
  });
}

function gathered<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const sets = new Map<string, T[]>();
  for (const item of items) sets.set(key(item), [...(sets.get(key(item)) ?? []), item]);
  return [...sets.values()];
}

function pairChart(
  runs: readonly RankedResult[],
  [x, y]: readonly [Charted, Charted],
  look: { width: number; height: number; ink: (typeof inks)["dark"] },
): Figure {
  const backbones = [...new Set(runs.flatMap((r) => (r.kind === "run" ? [r.backbone] : [])))];
  const dots = runs.map((r) => ({
    name: jobTitle(r),
    x: r[x] ?? Number.NaN,
    y: r[y] ?? Number.NaN,
    kind: r.kind === "run" ? backbones.indexOf(r.backbone) : 0,
  }));
  const { pearson, n } = correlation(runs.map((r) => [r[x], r[y]] as const));
  return scatterChart(dots, {
    ...look,
    x: metricWords[x].name,
    y: metricWords[y].name,
    kinds: backbones.map((b) => backboneNames[b]),
    colors: categoryColors(8).map(toHex),
    finding: pearson === null ? "too few runs for r" : `r ${pearson.toFixed(2).replace("-", "−")}, n ${n}`,
  });
}
