import { formatCount } from "../format/numbers";
import { MapCanvas } from "../studies/clustering/MapCanvas";
import type { TissueCells } from "../studies/clustering/tissue-map";
import type { SectionParts } from "./composition";
import styles from "./Sections.module.css";

const MAP = 150; // px

interface SectionMapProps {
  readonly section: SectionParts;
  /** Null while they are on their way. */
  readonly cells: TissueCells | null;
  /** Whether a run is training on it. */
  readonly inHand?: boolean;
  /** What a click on the map does. */
  readonly onOpen?: () => void;
}

/** The tissue of one section, small; the held-out one is marked. */
export function SectionMap({ section: { name, cells: nCells, heldOut }, cells, inHand, onOpen }: SectionMapProps) {
  const map = cells ? (
    <MapCanvas cells={cells} codes={cells.labels} colors={cells.labelColors} width={MAP} height={MAP} />
  ) : (
    <div style={{ width: MAP, height: MAP }} />
  );
  return (
    <figure className={styles.map} data-in-hand={inHand || undefined}>
      {onOpen ? (
        <button type="button" className={styles.open} aria-label={`Open ${name} in the lab`} onClick={onOpen}>
          {map}
        </button>
      ) : (
        map
      )}
      <figcaption>
        <span className={heldOut ? styles.held : undefined}>{heldOut ? `▼ ${name}` : name}</span>
        <span className="label numeric">
          {formatCount(nCells)} cells{inHand && ", in training"}
        </span>
      </figcaption>
    </figure>
  );
}
