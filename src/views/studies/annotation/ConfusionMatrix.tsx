import type { AnnotationScored } from "../../../core/study/annotation/result";
import { formatCount, formatShare } from "../../format/numbers";
import styles from "./Annotation.module.css";
import type { Confused } from "./held-out-cells";

interface ConfusionMatrixProps {
  readonly result: AnnotationScored;
  readonly chosen: Confused | null;
  readonly onChoose: (place: Confused | null) => void;
}

/** Where the cells of each class went, in shares of the class; confusable classes side by side. A click chooses cells. */
export function ConfusionMatrix({ result: { perClass, confusion }, chosen, onChoose }: ConfusionMatrixProps) {
  const names = perClass.map(({ name }) => name);
  return (
    <section className={styles.matrixRoom} tabIndex={names.length > 20 ? 0 : undefined} aria-label="Confusion matrix">
      <table className={styles.matrix}>
        <caption className="label">
          Rows: true class, with its cells. Columns: predicted class. Share of the row.
        </caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col">
                <span>{name}</span>
              </th>
            ))}
            <th scope="col" className={styles.number}>
              cells
            </th>
            <th scope="col" className={styles.number}>
              F1
            </th>
          </tr>
        </thead>
        <tbody>
          {perClass.map((truth, t) => (
            <tr key={truth.name}>
              <th scope="row" title={truth.name}>
                {truth.name}
              </th>
              {names.map((predicted, p) => (
                <Place
                  key={predicted}
                  count={confusion[t][p]}
                  of={truth.support}
                  place={{ truth: truth.name, predicted }}
                  chosen={chosen?.truth === truth.name && chosen.predicted === predicted}
                  onChoose={onChoose}
                />
              ))}
              <td className={styles.number}>{formatCount(truth.support)}</td>
              <td className={styles.number}>{truth.f1.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface PlaceProps {
  readonly count: number;
  readonly of: number;
  readonly place: Confused;
  readonly chosen: boolean;
  readonly onChoose: (place: Confused | null) => void;
}

function Place({ count, of, place, chosen, onChoose }: PlaceProps) {
  const share = of > 0 ? count / of : 0;
  const right = place.truth === place.predicted;
  if (count === 0) return <td className={styles.none} />;
  const said = right
    ? `${formatCount(count)} cells of ${place.truth} are right, ${formatShare(share)}`
    : `${formatCount(count)} cells of ${place.truth} were taken for ${place.predicted}, ${formatShare(share)}`;
  return (
    <td>
      <button
        type="button"
        className={styles.place}
        data-strong={share > 0.55 || undefined}
        aria-pressed={chosen}
        aria-label={`${said}: show them on the tissue`}
        title={said}
        // the square root lets rare mistakes be seen
        style={{ "--share": `${Math.round(100 * Math.sqrt(share))}%` } as React.CSSProperties}
        data-right={right || undefined}
        onClick={() => onChoose(chosen ? null : place)}
      >
        {Math.round(100 * share) || "<1"}
      </button>
    </td>
  );
}
