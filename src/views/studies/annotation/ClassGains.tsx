import { useElementSize } from "@mantine/hooks";
import type { SslGain } from "../../../core/study/annotation/summary";
import { useLab } from "../../../state/lab";
import { categoryColors } from "../../color/palettes";
import { toHex } from "../../color/rgb";
import { formatShare } from "../../format/numbers";
import { ChartBox } from "../ChartBox";
import { inks } from "../figure/figure";
import { scatterChart } from "../figure/scatter-chart";
import styles from "../Studies.module.css";
import { viewNames } from "./words";

/** What SSL gained or lost for each class, against how common the class is among the labels. */
export function ClassGains({ gains }: { gains: readonly SslGain[] }) {
  const ink = useLab((s) => inks[s.theme]);
  const { ref, width } = useElementSize();
  if (gains.length === 0) return null;
  return (
    <section className={styles.block} aria-labelledby="gains-title" ref={ref}>
      <div className={styles.blockHead}>
        <h2 id="gains-title">Gain of SSL by class</h2>
        <span className="label">F1 with SSL less F1 without, mean over seeds; rare classes at the left.</span>
      </div>
      {width > 0 && (
        <div className={styles.charts}>
          {gains.map((gain) => (
            <ChartBox key={gain.view} figure={gainChart(gain, width)} name={`gain-by-class-${gain.view}`} />
          ))}
        </div>
      )}
      <p className="label">{gains.map(lossWords).join(" ")}</p>
    </section>
  );

  function gainChart({ view, perClass, rankCorrelation }: SslGain, room: number) {
    const known = perClass.filter(({ frequency }) => frequency > 0);
    const r = rankCorrelation.r;
    return scatterChart(
      known.map(({ name, frequency, gain }) => ({
        name: `${name}, ${formatShare(frequency)} of labels`,
        x: 100 * frequency,
        y: gain.mean,
        interval: gain.low === null || gain.high === null ? null : ([gain.low, gain.high] as const),
        kind: 0,
      })),
      {
        x: "share among the labels, %",
        y: "F1 gained",
        kinds: [viewNames[view]],
        colors: categoryColors(8).map(toHex),
        finding: Number.isFinite(r) ? `rank correlation ${r.toFixed(2).replace("-", "−")}` : "no rank correlation",
        things: "classes",
        logX: true,
        throughY: 0,
        ...{ width: Math.max(320, Math.min(640, (room - 16) / 2)), height: 300, ink },
      },
    );
  }
}

/** "Sub-graphs: SSL lowers F1 of 3 of 12 classes: A −0.020, B −0.011." */
export function lossWords({ view, perClass }: Pick<SslGain, "view" | "perClass">): string {
  const lost = perClass.filter(({ gain }) => gain.mean < 0).sort((a, b) => a.gain.mean - b.gain.mean);
  if (lost.length === 0) return `${viewNames[view]}: SSL lowers the mean F1 of no class.`;
  const list = lost.map(({ name, gain }) => `${name} −${Math.abs(gain.mean).toFixed(3)}`).join(", ");
  return `${viewNames[view]}: SSL lowers the mean F1 of ${lost.length} of ${perClass.length} classes: ${list}.`;
}
