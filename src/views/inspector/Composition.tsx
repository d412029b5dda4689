import { formatCount, formatShare } from "../format/numbers";
import styles from "./Inspector.module.css";

interface Part {
  readonly name: string;
  readonly cells: number;
  readonly color?: string;
}

const mostShown = 40;

/** Parts of the whole with their share, largest first. */
export function Composition({ parts, total }: { parts: readonly Part[]; total: number }) {
  const sorted = parts.filter((p) => p.cells > 0).sort((a, b) => b.cells - a.cells);
  return (
    <table className={styles.table}>
      <tbody>
        {sorted.slice(0, mostShown).map(({ name, cells, color }) => (
          <tr key={name}>
            <td style={{ maxWidth: 130 }}>
              <div style={{ display: "flex", gap: 6, alignItems: "center" }} title={name}>
                {color && <span className={styles.swatch} style={{ background: color }} />}
                <span className={styles.ellipsis}>{name}</span>
              </div>
            </td>
            <td>{formatCount(cells)}</td>
            <td className="label">{formatShare(cells / total)}</td>
          </tr>
        ))}
        {sorted.length > mostShown && (
          <tr>
            <td className="label">{sorted.length - mostShown} more</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
