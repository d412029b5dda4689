import { useLab } from "../../state/lab";
import { formatCount } from "../format/numbers";
import { obsText } from "./obs-text";
import styles from "./Stage.module.css";
import { useStage } from "./stage-store";

const width = 240;
/** A record longer than this is shown whole in the inspector. */
const mostRows = 20;

/** The whole record of the cell under the pointer. */
export function HoverCard({ x, y }: { x: number; y: number }) {
  const cell = useLab((s) => s.hovered);
  const slice = useLab((s) => s.slice);
  const record = useLab((s) => s.hoveredRecord);
  const prediction = useLab((s) => s.prediction);
  const clusters = useLab((s) => s.clusters);
  const rects = useStage((s) => s.rects);
  const stage = useLab((s) => s.stage);
  if (cell === null || !slice) return null;
  const rows: [string, string][] = [];
  const told = slice.obs.some((c) => c.name.toLowerCase() === "section");
  if (slice.section.names.length > 1 && !told)
    rows.push(["section", slice.section.names[slice.section.codes[cell]] ?? "–"]);
  for (const column of slice.obs) rows.push([column.name, obsText(column, cell)]);
  if (clusters) rows.push(["cluster", String(clusters.codes[cell] + 1)]);
  if (prediction && prediction.predicted[cell] >= 0)
    rows.push([
      `predicted ${prediction.label}`,
      `${prediction.categories[prediction.predicted[cell]]} ${prediction.probability[cell].toFixed(2)}`,
    ]);
  if (record) {
    rows.push(["total counts", formatCount(record.totalCounts)], ["genes found", formatCount(record.genesDetected)]);
  }
  const place = rects[stage];
  const left = x + 16 + width > place.width ? x - 16 - width : x + 16;
  const fromBottom = y > place.height / 2;
  return (
    <div
      className={styles.plate}
      style={{
        position: "absolute",
        left: Math.max(4, left),
        ...(fromBottom ? { bottom: place.height - y + 12 } : { top: y + 12 }),
        width,
        padding: "6px 10px",
        pointerEvents: "none",
        zIndex: 5,
        boxShadow: "var(--mantine-shadow-md)",
      }}
    >
      <strong style={{ overflowWrap: "anywhere" }}>{record?.name ?? `cell ${formatCount(cell)}`}</strong>
      <dl style={{ display: "grid", gridTemplateColumns: "auto 1fr", gap: "1px 10px", margin: 0 }}>
        {rows.slice(0, mostRows).map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt className="label">{name}</dt>
            <dd className="numeric" style={{ margin: 0, textAlign: "right", overflowWrap: "anywhere", fontSize: 12 }}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      {rows.length > mostRows && <div className="label">{rows.length - mostRows} more on selection</div>}
    </div>
  );
}
