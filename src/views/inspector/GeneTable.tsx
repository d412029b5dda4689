import { Tooltip, UnstyledButton } from "@mantine/core";
import type { SliceInfo } from "../../../workers/protocol";
import { useLab } from "../../state/lab";
import { formatCount, formatNumber } from "../format/numbers";
import styles from "./Inspector.module.css";

/** The genes a cell expresses most, and what the network rebuilds for them from its neighbours. */
export function GeneTable({ slice }: { slice: SliceInfo }) {
  const record = useLab((s) => s.selectedRecord);
  const rebuilt = useLab((s) => s.rebuilt);
  const setColorBy = useLab((s) => s.setColorBy);
  if (!record) return <p className="label">Reading the cell.</p>;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>most expressed</th>
          <th>counts</th>
          {rebuilt && (
            <th>
              <Tooltip label="What the network expects of this cell from its neighbours alone, in the scale it learns in: log1p of counts brought to one total.">
                <span>rebuilt</span>
              </Tooltip>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {record.topGenes.map(({ name, count }) => {
          const gene = slice.varNames.indexOf(name);
          return (
            <tr key={name}>
              <td>
                <UnstyledButton
                  className={styles.cellLink}
                  aria-label={`Colour by ${name}`}
                  onClick={() => setColorBy({ kind: "gene", gene, log: true, range: null })}
                >
                  <span className={styles.ellipsis}>{name}</span>
                </UnstyledButton>
              </td>
              <td>{formatCount(count)}</td>
              {rebuilt && <td>{formatNumber(rebuilt[gene])}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
