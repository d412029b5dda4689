import { Tooltip } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import type { Interval } from "../../../core/metrics/interval";
import type { LabelFraction } from "../../../core/study/annotation/label-fraction";
import type { AnnotationPlan } from "../../../core/study/annotation/plan";
import type { AnnotationScored } from "../../../core/study/annotation/result";
import {
  type AnnotationMetric,
  type AnnotationRow,
  type AnnotationSummary,
  fractionWords,
} from "../../../core/study/annotation/summary";
import { useLab } from "../../../state/lab";
import { formatCount, formatScore } from "../../format/numbers";
import { ChartBox } from "../ChartBox";
import { type Bar, barChart } from "../figure/bar-chart";
import { inks } from "../figure/figure";
import styles from "../Studies.module.css";
import { baselineName, metricNames, sslNames, viewNames } from "./words";

interface TwoByTwoProps {
  readonly plan: AnnotationPlan;
  readonly summary: AnnotationSummary;
  readonly results: readonly AnnotationScored[];
  readonly fraction: LabelFraction;
}

const shown = ["f1Micro", "f1Macro"] as const satisfies readonly AnnotationMetric[];

/** Full graph and sub-graphs, without and with SSL, at one fraction of labels: as a table and as bars; baselines on top. */
export function TwoByTwo({ plan, summary, results, fraction }: TwoByTwoProps) {
  const ink = useLab((s) => inks[s.theme]);
  const { ref, width } = useElementSize();
  const rows = summary.rows.filter((row) => row.fraction === fraction);
  const rowOf = (view: string | null, ssl: string | null, name?: string): AnnotationRow | undefined =>
    rows.find((row) => row.view === view && row.ssl === ssl && (name === undefined || row.name === name));
  const nLabels = rows[0]?.nLabels;
  const best = Object.fromEntries(
    shown.map((metric) => [metric, Math.max(...rows.map((row) => row.scores[metric].mean))]),
  ) as Record<AnnotationMetric, number>;
  const cells = (row: AnnotationRow | undefined) =>
    shown.map((metric) => <Score key={metric} value={row?.scores[metric]} best={best[metric]} />);
  return (
    <section className={styles.block} aria-labelledby="two-by-two-title" ref={ref}>
      <div className={styles.blockHead}>
        <h2 id="two-by-two-title">Full graph and sub-graphs, without and with SSL</h2>
        <span className="label">
          On section {plan.testSections.join(", ")}, with {fractionWords(fraction)}
          {nLabels === undefined || fraction > 1 ? "" : ` (${formatCount(nLabels)})`}. Mean over seeds and its 95 %
          interval.
        </span>
      </div>
      <section className={styles.tableRoom} aria-label="Scores of each way">
        <table className={styles.table}>
          <thead>
            <tr>
              <th rowSpan={2} scope="col" className={styles.rowName}>
                View
              </th>
              {plan.ssl.map((ssl) => (
                <th key={ssl} colSpan={shown.length} scope="colgroup">
                  {sslNames[ssl]}
                </th>
              ))}
              {plan.ssl.length > 1 && (
                <Tooltip label="Difference of macro F1 on the same seeds and labels, its 95 % interval, and the p of a paired t test.">
                  <th rowSpan={2} scope="col">
                    SSL − No SSL, macro
                  </th>
                </Tooltip>
              )}
            </tr>
            <tr>
              {plan.ssl.flatMap((ssl) =>
                shown.map((metric) => (
                  <th key={`${ssl}${metric}`} scope="col">
                    {metricNames[metric]}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {plan.baselines.map((name) => (
              <tr key={name} data-baseline>
                <th scope="row" className={styles.rowName}>
                  {baselineName(name)}
                </th>
                {cells(rowOf(null, null, name))}
                {plan.ssl.length > 1 && <td colSpan={shown.length + 1} />}
              </tr>
            ))}
            {plan.views.map((view) => {
              const gain = summary.gains.find((one) => one.view === view && one.fraction === fraction)?.gain.f1Macro;
              return (
                <tr key={view}>
                  <th scope="row" className={styles.rowName}>
                    {viewNames[view]}
                  </th>
                  {plan.ssl.map((ssl) => cells(rowOf(view, ssl)))}
                  {plan.ssl.length > 1 && <Compared to={gain} />}
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {width > 0 && rows.length > 0 && (
        <div className={styles.charts} style={{ marginTop: 10 }}>
          {shown.map((metric) => {
            const bars = plan.views.flatMap((view) =>
              plan.ssl.flatMap((ssl) => barOf(rowOf(view, ssl), results, metric)),
            );
            const baselines = rows.filter((row) => row.view === null);
            const top = baselines.reduce<AnnotationRow | null>(
              (a, b) => (a && a.scores[metric].mean >= b.scores[metric].mean ? a : b),
              null,
            );
            const mark = top && { name: baselineName(top.name), value: top.scores[metric].mean };
            const chart = { width: Math.max(300, Math.min(560, (width - 16) / 2)), height: 240, ink, mark };
            return (
              <ChartBox
                key={metric}
                figure={barChart(bars, { ...chart, title: metricNames[metric] })}
                name={`${metric}-two-by-two`}
              />
            );
          })}
        </div>
      )}
    </section>
  );
}

function barOf(row: AnnotationRow | undefined, results: readonly AnnotationScored[], metric: AnnotationMetric): Bar[] {
  if (!row || row.view === null || row.ssl === null) return [];
  const { mean, sd, n, low, high } = row.scores[metric];
  const values = results.flatMap((r) =>
    r.kind === "run" && r.view === row.view && r.ssl === row.ssl && r.fraction === row.fraction ? [r[metric]] : [],
  );
  const interval = low === null || high === null ? null : ([low, high] as const);
  return [{ name: `${viewNames[row.view]}, ${sslNames[row.ssl]}`, mean, sd, n, interval, values }];
}

function Score({ value, best }: { value: Interval | undefined; best: number }) {
  if (!value) return <td className={styles.score}>–</td>;
  const { mean, low, high } = value;
  return (
    <td className={styles.score}>
      <span data-best={mean === best || undefined}>{formatScore(mean)}</span>
      {low !== null && high !== null && <small>{` ${ends(low, high)}`}</small>}
    </td>
  );
}

type Gain = AnnotationSummary["gains"][number]["gain"]["f1Macro"];

function Compared({ to }: { to: Gain | undefined }) {
  if (!to) return <td className={styles.compared}>–</td>;
  const { difference, interval, p } = to;
  const chance = p === null ? "" : `, p ${p < 0.001 ? "< .001" : p.toFixed(3).replace(/^0/, "")}`;
  return (
    <td className={styles.compared}>
      {signed(difference)}
      {chance}
      <span>{interval ? `${signed(interval[0])} to ${signed(interval[1])}` : "one seed: no interval"}</span>
    </td>
  );
}

const ends = (low: number, high: number): string => `${short(low)} to ${short(high)}`;
const short = (value: number): string => value.toFixed(2).replace("-", "−");
const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
