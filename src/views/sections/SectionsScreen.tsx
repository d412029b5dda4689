import { Select } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { SliceInfo } from "../../../workers/protocol";
import type { CategoricalColumn } from "../../core/slice/slice";
import { useLab } from "../../state/lab";
import { formatCount } from "../format/numbers";
import { MapCanvas } from "../studies/clustering/MapCanvas";
import { tissueCells } from "../studies/clustering/tissue-map";
import { FigureButtons } from "../studies/figure/FigureButtons";
import { FigureView } from "../studies/figure/FigureView";
import { inks } from "../studies/figure/figure";
import { labelsOf, sectionParts } from "./composition";
import { compositionChart } from "./composition-chart";
import styles from "./Sections.module.css";

/** Many sections at a glance, as the first figure of the SpatialSSL paper: the tissue of each, its size and what it is made of. */
export function SectionsScreen() {
  const slice = useLab((s) => s.slice);
  const labels = useMemo(() => (slice ? labelsOf(slice) : []), [slice]);
  const current = useLab((s) => s.label);
  const [chosen, setChosen] = useState<string | null>(null);
  const label = labels.find((l) => l.name === chosen) ?? labels.find((l) => l.name === current) ?? labels[0];
  const many = slice !== null && slice.section.names.length > 1;
  return (
    <main className={styles.screen}>
      {many && label ? (
        <>
          <div className={styles.head}>
            <h2>{slice.name}</h2>
            <span className="label">
              {formatCount(slice.section.names.length)} sections, {formatCount(slice.summary.nObs)} cells
            </span>
            <Select
              aria-label="Level of the label"
              data={labels.map((l) => ({ value: l.name, label: `${l.name} (${l.categories.length})` }))}
              value={label.name}
              onChange={setChosen}
              allowDeselect={false}
            />
          </div>
          <Overview slice={slice} label={label} />
        </>
      ) : (
        <div className={styles.empty}>
          <h2>
            {slice === null && "No slice is open yet."}
            {slice !== null && (many ? "There is no label to compare sections by." : "One section is open.")}
          </h2>
          <p>
            Sections are compared here by size and composition. Open a slice that holds several, drop several files
            together, or simulate a slice with more than one section. Atlases that do not fit in memory are trained on
            from the command line.
          </p>
        </div>
      )}
    </main>
  );
}

function Overview({ slice, label }: { slice: SliceInfo; label: CategoricalColumn }) {
  const theme = useLab((s) => s.theme);
  const { ref, width } = useElementSize();
  const sections = useMemo(() => sectionParts(slice, label), [slice, label]);
  const title = `Composition by ${label.name}`;
  const chart = useMemo(
    () => compositionChart(sections, { title, width: Math.max(320, width), ink: inks[theme] }),
    [sections, title, width, theme],
  );
  const held = sections.find(({ heldOut }) => heldOut);
  return (
    <div ref={ref}>
      <div className={styles.head}>
        <span className="label">
          {held
            ? `By the rule of the paper ${held.name} would be held out to test on: its numbers of each class lie nearest to the mean over all sections.`
            : "Too few sections have this label to choose one to test on."}
        </span>
        <FigureButtons name={`composition-${slice.name}-${label.name}`} figure={() => chart} />
      </div>
      {width > 0 && <FigureView figure={chart} />}
      <div className={styles.maps}>
        {sections.map(({ name, cells, heldOut }) => (
          <SectionMap
            key={name}
            slice={slice}
            label={label}
            name={name}
            note={`${formatCount(cells)} cells`}
            held={heldOut}
          />
        ))}
      </div>
    </div>
  );
}

interface SectionMapProps {
  readonly slice: SliceInfo;
  readonly label: CategoricalColumn;
  readonly name: string;
  readonly note: string;
  readonly held: boolean;
}

const MAP = 150; // px

function SectionMap({ slice, label, name, note, held }: SectionMapProps) {
  const cells = useMemo(
    () => tissueCells(slice, { name: slice.name, label: label.name, sections: [name], unlabelled: [] }),
    [slice, label, name],
  );
  return (
    <figure className={styles.map}>
      <MapCanvas cells={cells} codes={cells.labels} colors={cells.labelColors} width={MAP} height={MAP} />
      <figcaption>
        <span className={held ? styles.held : undefined}>{held ? `▼ ${name}` : name}</span>
        <span className="label numeric">{note}</span>
      </figcaption>
    </figure>
  );
}
