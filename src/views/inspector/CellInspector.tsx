import type { SliceInfo } from "../../../workers/protocol";
import { useLab } from "../../state/lab";
import { formatCount, formatMicrons } from "../format/numbers";
import { Fact, Facts } from "../kit/Fact";
import { obsText } from "../stage/obs-text";
import { ClassProbabilities } from "./ClassProbabilities";
import { GeneTable } from "./GeneTable";
import styles from "./Inspector.module.css";
import { NeighbourTable } from "./NeighbourTable";

/** One cell: its record, what was predicted, its neighbours, its genes. */
export function CellInspector({ slice, cell }: { slice: SliceInfo; cell: number }) {
  const record = useLab((s) => s.selectedRecord);
  const prediction = useLab((s) => s.prediction);
  // what a model from a file learned from is not known
  const fromFile = useLab((s) => s.network?.origin.kind === "file" && s.network.prediction === s.prediction);
  const clusters = useLab((s) => s.clusters);
  const cellLosses = useLab((s) => s.cellLosses);
  return (
    <>
      <Facts>
        {prediction && prediction.predicted[cell] >= 0 && (
          <>
            <Fact name={`Predicted ${prediction.label}`}>
              <strong>
                {prediction.categories[prediction.predicted[cell]]} {prediction.probability[cell].toFixed(2)}
              </strong>
            </Fact>
            {!fromFile && (
              <Fact name="In the score">{prediction.heldOut[cell] ? "yes, held out" : "no, trained on"}</Fact>
            )}
          </>
        )}
        {clusters && <Fact name="Cluster">{clusters.codes[cell] + 1}</Fact>}
        {cellLosses && <Fact name="Loss">{cellLosses[cell].toPrecision(3)}</Fact>}
        {slice.obs.map((column) => (
          <Fact key={column.name} name={column.name}>
            {obsText(column, cell)}
          </Fact>
        ))}
        {slice.section.names.length > 1 && !slice.obs.some((c) => c.name.toLowerCase() === "section") && (
          <Fact name="Section">{slice.section.names[slice.section.codes[cell]] ?? "–"}</Fact>
        )}
        <Fact name="x, y">
          {formatMicrons(slice.positions[2 * cell])}, {formatMicrons(slice.positions[2 * cell + 1])}
        </Fact>
        {record && (
          <>
            <Fact name="Total counts">{formatCount(record.totalCounts)}</Fact>
            <Fact name="Genes found">{formatCount(record.genesDetected)}</Fact>
          </>
        )}
      </Facts>
      {prediction?.probabilities && <ClassProbabilities prediction={prediction} cell={cell} />}
      <h3 className={styles.sub}>Neighbours</h3>
      <NeighbourTable slice={slice} />
      <h3 className={styles.sub}>Genes</h3>
      <GeneTable slice={slice} />
    </>
  );
}
