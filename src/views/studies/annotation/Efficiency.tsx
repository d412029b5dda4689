import { useElementSize } from "@mantine/hooks";
import type { AnnotationPlan } from "../../../core/study/annotation/plan";
import type { AnnotationMetric, AnnotationRow, AnnotationSummary } from "../../../core/study/annotation/summary";
import { useLab } from "../../../state/lab";
import { categoryColors } from "../../color/palettes";
import { toHex } from "../../color/rgb";
import { formatCount } from "../../format/numbers";
import { ChartBox } from "../ChartBox";
import { inks } from "../figure/figure";
import { type Curve, lineChart } from "../figure/line-chart";
import styles from "../Studies.module.css";
import { baselineName, metricNames, sslNames, viewNames } from "./words";

/** Scores by the number of labels that were learned from, each way a line. */
export function Efficiency({ plan, summary }: { plan: AnnotationPlan; summary: AnnotationSummary }) {
  const ink = useLab((s) => inks[s.theme]);
  const { ref, width } = useElementSize();
  if (plan.fractions.length < 2 || summary.rows.length === 0) return null;
  const colors = categoryColors(8).map(toHex);
  const ways = plan.views.flatMap((view, v) =>
    plan.ssl.map((ssl) => ({
      name: `${viewNames[view]}, ${sslNames[ssl]}`,
      // not the first of them, which is near the baselines' own colour
      color: colors[v + 1],
      // with and without SSL differ in the stroke, so that colour alone says nothing
      dashed: ssl === "off",
      rows: summary.rows.filter((row) => row.view === view && row.ssl === ssl),
    })),
  );
  const baselines = plan.baselines.map((name, b) => ({
    name: baselineName(name),
    color: b === 0 ? ink.baseline : ink.dim,
    dashed: false,
    rows: summary.rows.filter((row) => row.view === null && row.name === name),
  }));
  const labels = new Map(summary.rows.map((row) => [row.nLabels, formatCount(row.nLabels)]));
  const ticks = [...labels].map(([x, words]) => ({ x, words })).sort((a, b) => a.x - b.x);
  const chart = { x: "labels learned from", ticks, height: 300, ink };
  return (
    <section className={styles.block} aria-labelledby="efficiency-title" ref={ref}>
      <div className={styles.blockHead}>
        <h2 id="efficiency-title">Label efficiency</h2>
        <span className="label">Mean over seeds and its 95 % interval, on the same held-out cells.</span>
      </div>
      {width > 0 && (
        <div className={styles.charts}>
          {(["f1Macro", "f1Micro"] as const).map((metric) => (
            <ChartBox
              key={metric}
              figure={lineChart(
                [...baselines, ...ways].flatMap((way) => curveOf(way, metric)),
                { ...chart, width: Math.max(320, Math.min(640, (width - 16) / 2)), title: metricNames[metric] },
              )}
              name={`${metric}-by-labels`}
            />
          ))}
        </div>
      )}
    </section>
  );
}

interface Way extends Omit<Curve, "points"> {
  readonly rows: readonly AnnotationRow[];
}

function curveOf({ rows, ...look }: Way, metric: AnnotationMetric): Curve[] {
  if (rows.length === 0) return [];
  const points = rows.map(({ nLabels, scores }) => {
    const { mean, low, high } = scores[metric];
    return { x: nLabels, y: mean, interval: low === null || high === null ? null : ([low, high] as const) };
  });
  return [{ ...look, points }];
}
