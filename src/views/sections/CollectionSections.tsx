import { useInViewport } from "@mantine/hooks";
import { useEffect, useMemo, useState } from "react";
import type { LabelCounts } from "../../core/collection/collection";
import type { KeptCollection } from "../../core/collection/manifest";
import { useLab } from "../../state/lab";
import { formatCount } from "../format/numbers";
import notes from "../kit/notes.module.css";
import { More } from "../rail/More";
import { tissueCells } from "../studies/clustering/tissue-map";
import { sectionCount } from "./CollectionChooser";
import { CollectionTraining } from "./CollectionTraining";
import { collectionParts, type SectionParts } from "./composition";
import { LevelSelect } from "./LevelSelect";
import { SectionMap } from "./SectionMap";
import styles from "./Sections.module.css";
import { SectionsOverview } from "./SectionsOverview";

/** What stands for a label where no section has one. */
const noLabel: LabelCounts = { name: "label", categories: [], counts: new Uint32Array(0) };

/** The sections of a kept collection: none is open, and a click opens one. */
export function CollectionSections({ kept }: { kept: KeptCollection }) {
  const { collection } = kept;
  const labels = useMemo(
    () => [...collection.labels].sort((a, b) => a.categories.length - b.categories.length),
    [collection],
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const label = labels.find(({ name }) => name === chosen) ?? mostTelling(labels) ?? noLabel;
  const sections = useMemo(() => collectionParts(collection, label), [collection, label]);
  return (
    <>
      <div className={styles.head}>
        <h2>{kept.name}</h2>
        <span className="label">
          {sectionCount(sections.length)}, {formatCount(collection.nObs)} cells,{" "}
          {formatCount(collection.varNames.length)} genes
        </span>
        {labels.length > 0 && <LevelSelect labels={labels} value={label.name} onChange={setChosen} />}
      </div>
      {collection.notes.length > 0 && (
        <More
          label={`${collection.notes.length} ${collection.notes.length === 1 ? "note" : "notes"} on what was joined`}
        >
          {collection.notes.map((note) => (
            <p key={note} className={notes.note}>
              {note}
            </p>
          ))}
        </More>
      )}
      <CollectionTraining kept={kept} byRule={sections.findIndex(({ heldOut }) => heldOut)} />
      <SectionsOverview name={kept.name} label={label.name} sections={sections}>
        {sections.map((section, at) => (
          <KeptMap key={section.name} at={at} section={section} label={label} labels={collection.labels} />
        ))}
      </SectionsOverview>
    </>
  );
}

/**
 * The label to begin with: the coarsest that tells cells apart in most sections, else in some. One that names the section
 * itself has a single class in each.
 */
function mostTelling(labels: readonly LabelCounts[]): LabelCounts | undefined {
  const told = labels.map(({ categories: { length: n }, counts }) => {
    const nSections = counts.length / Math.max(1, n);
    const classesIn = (s: number) => counts.subarray(s * n, (s + 1) * n).filter((cells) => cells > 0).length;
    const telling = Array.from({ length: nSections }, (_, s) => classesIn(s)).filter((k) => k > 1);
    // hundreds of classes tell no reader anything
    return n <= 100 ? telling.length / Math.max(1, nSections) : 0;
  });
  const best = (atLeast: number) => labels.find((_, l) => told[l] > atLeast);
  return best(0.5) ?? best(0) ?? labels[0];
}

interface KeptMapProps {
  readonly at: number;
  readonly section: SectionParts;
  readonly label: LabelCounts;
  readonly labels: readonly LabelCounts[];
}

/** Fetches the cells of its section once it is seen. */
function KeptMap({ at, section, label, labels }: KeptMapProps) {
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const found = useLab((s) => s.sectionCells.get(at));
  const inHand = useLab((s) => s.collectionRun?.section === at && s.collectionRun.id === s.shown?.id);
  const { loadSectionCells, openSection } = useLab.getState();
  useEffect(() => {
    if (inViewport) void loadSectionCells(at);
  }, [inViewport, at, loadSectionCells]);
  const cells = useMemo(() => {
    if (!found) return null;
    const codes = found.codes[labels.indexOf(label)];
    const { name, categories, colors } = label;
    return tissueCells(
      {
        positions: found.positions,
        section: { codes: new Int8Array(found.positions.length / 2), names: [section.name] },
        obs: codes ? [{ kind: "categorical", name, categories, codes, ...(colors && { colors }) }] : [],
        summary: { medianNeighbourDistance: found.spacing },
      },
      { name: section.name, label: name, sections: null, unlabelled: [] },
    );
  }, [found, label, labels, section.name]);
  return (
    <div ref={ref}>
      <SectionMap section={section} cells={cells} inHand={inHand} onOpen={() => void openSection(at)} />
    </div>
  );
}
