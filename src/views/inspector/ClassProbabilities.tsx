import type { ShownPrediction } from "../../state/network-state";
import styles from "./Inspector.module.css";

const mostShown = 6;

/** How probable the network finds each class for one cell, the most probable first. */
export function ClassProbabilities({ prediction, cell }: { prediction: ShownPrediction; cell: number }) {
  const { categories, probabilities, label } = prediction;
  if (!probabilities) return null;
  const k = categories.length;
  const classes = categories
    .map((name, c) => ({ name, p: probabilities[cell * k + c] }))
    .sort((a, b) => b.p - a.p)
    .slice(0, mostShown);
  const rest = 1 - classes.reduce((sum, { p }) => sum + p, 0);
  return (
    <>
      <h3 className={styles.sub}>Probability of each {label}</h3>
      <table className={styles.table} aria-label={`Probability of each ${label}`}>
        <tbody>
          {classes.map(({ name, p }) => (
            <tr key={name}>
              <td className={styles.ellipsis}>{name}</td>
              <td style={{ width: 96 }}>
                <div className={styles.track}>
                  <div className={styles.fill} style={{ width: `${100 * p}%` }} />
                </div>
              </td>
              <td>{p.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {k > mostShown && (
        <p className="label">
          {k - mostShown} other classes: {Math.max(0, rest).toFixed(2)}
        </p>
      )}
    </>
  );
}
