import { Switch, Tooltip, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { type MetricName, metricDirections, metricNames } from "../../../core/study/clustering/result";
import type { MeanSd } from "../../../core/study/mean-sd";
import type { PairedComparison } from "../../../core/study/paired-comparison";
import { useLab } from "../../../state/lab";
import { formatDuration, formatScore } from "../../format/numbers";
import styles from "../Studies.module.css";
import type { ViewRow } from "./study-view";
import { mainMetrics, metricWords, rowTitle } from "./words";

interface ResultsTableProps {
  readonly rows: readonly ViewRow[];
  /** Rows are ordered and compared with the best baseline by it. */
  readonly metric: MetricName;
  readonly onMetric: (metric: MetricName) => void;
}

/** Every combination of the study, baselines on top; means over seeds, the best of each column in bold. */
export function ResultsTable({ rows, metric, onMetric }: ResultsTableProps) {
  const [all, setAll] = useState(false);
  const shown = all ? metricNames : mainMetrics;
  const columns = shown.map((name) => column(rows, name));
  const overall = column(rows, "overall");
  return (
    <section className={styles.block} aria-labelledby="table-title">
      <div className={styles.blockHead}>
        <h2 id="table-title">Results</h2>
        <span className="label">Mean ± standard deviation over seeds. A column's head orders the table by it.</span>
        <Switch
          style={{ marginLeft: "auto" }}
          label="All scores"
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
      </div>
      <section className={styles.tableRoom} tabIndex={all ? 0 : undefined} aria-label="Scores of each combination">
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col" className={styles.rowName}>
                Run
              </th>
              {shown.map((name) => (
                <th key={name} scope="col" aria-sort={name === metric ? sorted(name) : undefined}>
                  <Tooltip
                    label={`${metricWords[name].words} ${metricDirections[name] === "lower" ? "Less is better." : ""}`}
                  >
                    <UnstyledButton
                      className={styles.sort}
                      data-active={name === metric || undefined}
                      onClick={() => onMetric(name)}
                    >
                      {metricWords[name].name}
                      {metricDirections[name] === "lower" ? " ↓" : ""}
                    </UnstyledButton>
                  </Tooltip>
                </th>
              ))}
              <Tooltip label={metricWords.overall.words}>
                <th scope="col">Overall</th>
              </Tooltip>
              <Tooltip
                label={`Difference of ${metricWords[metric].name} to the best baseline over the same seeds, with its 95 % interval and the p of a paired t test.`}
              >
                <th scope="col">To the baseline</th>
              </Tooltip>
              <th scope="col">Time</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((view) => (
              <tr key={view.id} data-baseline={view.backbone === null || undefined}>
                <RowName view={view} />
                {columns.map(({ name, best, scale }) => (
                  <Score key={name} value={view.row?.metrics[name] ?? null} best={best} scale={scale} />
                ))}
                <Score value={view.row?.overall ?? null} best={overall.best} scale={overall.scale} />
                <Compared to={view.row?.versusBaseline} />
                <td>{view.row?.seconds.mean == null ? "" : formatDuration(1000 * view.row.seconds.mean)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** The combination; its first finished run is opened by a click. */
function RowName({ view }: { view: ViewRow }) {
  const openRun = useLab((s) => s.openRun);
  const title = rowTitle(view.name, view.backbone);
  const state = stateWords(view);
  const first = view.jobs.find(({ seed }) => view.row?.seeds.includes(seed));
  return (
    <th scope="row" className={styles.rowName}>
      {first ? (
        <UnstyledButton
          className={styles.open}
          aria-label={`${title}: open seed ${first.seed} in the lab`}
          onClick={() => void openRun(first.key)}
        >
          {title}
        </UnstyledButton>
      ) : (
        <span className={styles.waiting}>{title}</span>
      )}
      {state && <span className={styles.state}>{state}</span>}
      {(view.row?.collapsed ?? 0) > 0 && (
        <Tooltip label="The embedding of some seeds no longer tells cells apart.">
          <span className={styles.state}>{view.row?.collapsed} collapsed</span>
        </Tooltip>
      )}
    </th>
  );
}

function stateWords({ jobs, row, running, waiting, failures }: ViewRow): string {
  const done = row?.seeds.length ?? 0;
  return [
    running ? "runs" : null,
    failures.length > 0 ? `${failures.length} failed` : null,
    waiting > 0 && done > 0 ? `${done} of ${jobs.length}` : null,
    waiting > 0 && done === 0 && !running ? "waits" : null,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

interface ScoreProps {
  readonly value: MeanSd | null;
  readonly best: number | null;
  /** Where in the column a value stands, 0 worst to 1 best. */
  readonly scale: (value: number) => number;
}

function Score({ value, best, scale }: ScoreProps) {
  if (!value || value.mean === null) return <td className={styles.score}>{value ? "–" : ""}</td>;
  const { mean, sd, n } = value;
  return (
    <td className={styles.score} title={sd === null ? undefined : `± ${formatScore(sd)} over ${n} seeds`}>
      <span data-best={mean === best || undefined}>{formatScore(mean)}</span>
      {sd !== null && <small> ±{sd.toFixed(3).replace(/^0/, "")}</small>}
      <i aria-hidden="true" style={{ width: `${Math.round(100 * scale(mean))}%` }} />
    </td>
  );
}

function column(rows: readonly ViewRow[], name: MetricName | "overall") {
  const known = rows
    .map(({ row }) => (name === "overall" ? row?.overall.mean : row?.metrics[name].mean))
    .filter((v) => v !== null && v !== undefined);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const lower = name !== "overall" && metricDirections[name] === "lower";
  const scale = (value: number): number => {
    if (most === least) return 1;
    const share = (value - least) / (most - least);
    return lower ? 1 - share : share;
  };
  return { name: name as MetricName, best: known.length === 0 ? null : lower ? least : most, scale };
}

function sorted(name: MetricName): "ascending" | "descending" {
  return metricDirections[name] === "lower" ? "ascending" : "descending";
}

function Compared({ to }: { to: PairedComparison | null | undefined }) {
  const { mean, interval } = to ? comparisonWords(to) : { mean: "", interval: "" };
  return (
    <td className={styles.compared}>
      {mean}
      {interval && <span>{interval}</span>}
    </td>
  );
}

/** "+0.041, p .08" and "−0.010 to +0.092". */
export function comparisonWords({ difference, interval, p }: PairedComparison): { mean: string; interval: string } {
  const signed = (v: number): string => `${v < 0 ? "−" : "+"}${Math.abs(v).toFixed(3)}`;
  const chance = p === null ? "" : `, p ${p < 0.001 ? "< .001" : p.toFixed(3).replace(/^0/, "")}`;
  return {
    mean: `${signed(difference)}${chance}`,
    interval: interval ? `${signed(interval[0])} to ${signed(interval[1])}` : "",
  };
}
