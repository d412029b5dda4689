import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useLab } from "../../state/lab";
import { formatNumber } from "../format/numbers";
import styles from "./BottomStrip.module.css";
import { spansDecade } from "./loss-axis";

// a canvas does not see the style sheet; these are its colours (app.css)
const colors = {
  dark: { text: "#9aa5b3", grid: "#262d37", curve: "#5a8df2" },
  light: { text: "#59626e", grid: "#dce0e5", curve: "#225bc9" },
} as const;

// ticks stand at whole epochs
const epochSteps = [1, 10, 100, 1000, 10_000].flatMap((power) => [power, 2 * power, 5 * power]);

interface LossChartProps {
  readonly losses: readonly number[];
  /** Changes whenever losses were appended in place. */
  readonly version: number;
  /** What the curve is, for those who cannot see it. */
  readonly name: string;
}

/** Loss by epoch, live; the axis is logarithmic once the curve spans a decade. */
export function LossChart({ losses, version, name }: LossChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const theme = useLab((s) => s.theme);
  const log = spansDecade(losses);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(losses);
  newest.current = losses;

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const { text, grid, curve } = colors[theme];
    const axis = {
      stroke: text,
      grid: { stroke: grid, width: 1 },
      ticks: { show: false },
    };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: element.clientHeight,
        legend: { show: false },
        cursor: { y: false, points: { show: false } },
        scales: { x: { time: false }, y: log ? { distr: 3 } : {} },
        axes: [
          { ...axis, font: "11px system-ui", size: 20, space: 60, incrs: epochSteps },
          {
            ...axis,
            font: "11px system-ui",
            size: 48,
            space: 16,
            values: (_, splits) => splits.map((v) => (v === null ? "" : formatNumber(v))),
          },
        ],
        series: [{}, { stroke: curve, width: 1.75, points: { show: (_, __, from, to) => to - from < 2 } }],
      },
      dataOf(newest.current),
      element,
    );
    plot.current = chart;
    const observer = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [log, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the array is appended to in place, the version says when
  useEffect(() => plot.current?.setData(dataOf(losses)), [losses, version]);
  const last = losses[losses.length - 1];
  return (
    <div
      ref={holder}
      className={styles.plot}
      role="img"
      aria-label={losses.length === 0 ? `${name}, empty` : `${name}, now ${formatNumber(last)}`}
    />
  );
}

function dataOf(losses: readonly number[]): uPlot.AlignedData {
  return [losses.map((_, i) => i + 1), [...losses]];
}
