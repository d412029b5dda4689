import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import type { SliceInfo } from "../../../workers/protocol";
import type { CategoricalColumn } from "../../core/slice/slice";
import { useLab } from "../../state/lab";
import { formatCount } from "../format/numbers";
import { tissueCells } from "../studies/clustering/tissue-map";
import { sectionCount } from "./CollectionChooser";
import { labelsOf, type SectionParts, sectionParts } from "./composition";
import { LevelSelect } from "./LevelSelect";
import { SectionMap } from "./SectionMap";
import styles from "./Sections.module.css";
import { SectionsOverview } from "./SectionsOverview";

/** The sections of the slice that is open in the lab. */
export function SliceSections() {
  const slice = useLab((s) => s.slice);
  const labels = useMemo(() => (slice ? labelsOf(slice) : []), [slice]);
  const current = useLab((s) => s.label);
  const [chosen, setChosen] = useState<string | null>(null);
  const label = labels.find((l) => l.name === chosen) ?? labels.find((l) => l.name === current) ?? labels[0];
  const many = slice !== null && slice.section.names.length > 1;
  if (!many || !label) return <NoSections slice={slice} />;
  return (
    <>
      <div className={styles.head}>
        <h2>{slice.name}</h2>
        <span className="label">
          {sectionCount(slice.section.names.length)}, {formatCount(slice.summary.nObs)} cells
        </span>
        <LevelSelect labels={labels} value={label.name} onChange={setChosen} />
      </div>
      <Overview slice={slice} label={label} />
    </>
  );
}

function Overview({ slice, label }: { slice: SliceInfo; label: CategoricalColumn }) {
  const sections = useMemo(() => sectionParts(slice, label), [slice, label]);
  return (
    <SectionsOverview name={slice.name} label={label.name} sections={sections}>
      {sections.map((section) => (
        <OwnMap key={section.name} slice={slice} label={label} section={section} />
      ))}
    </SectionsOverview>
  );
}

function OwnMap({ slice, label, section }: { slice: SliceInfo; label: CategoricalColumn; section: SectionParts }) {
  const cells = useMemo(
    () => tissueCells(slice, { name: slice.name, label: label.name, sections: [section.name], unlabelled: [] }),
    [slice, label, section.name],
  );
  return <SectionMap section={section} cells={cells} />;
}

/** What can be done where there is nothing to compare. */
function NoSections({ slice }: { slice: SliceInfo | null }) {
  const kept = useLab((s) => s.collections);
  const showCollection = useLab((s) => s.showCollection);
  const many = slice !== null && slice.section.names.length > 1;
  return (
    <div className={styles.empty}>
      <h2>
        {slice === null && "No slice is open yet."}
        {slice !== null && (many ? "There is no label to compare sections by." : "One section is open.")}
      </h2>
      <p>
        Sections are compared here by size and composition. Open a slice that holds several or simulate one; or collect
        files, which are divided into sections and kept in this browser: drop them here, all together.
      </p>
      {kept?.map(({ id, name, collection }) => (
        <Button key={id} variant="default" onClick={() => showCollection(id)}>
          Continue with {name}, a collection of {sectionCount(collection.sections.length)}
        </Button>
      ))}
    </div>
  );
}
