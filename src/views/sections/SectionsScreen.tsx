import { useEffect } from "react";
import { useLab } from "../../state/lab";
import { ErrorNote } from "../kit/ErrorNote";
import { WorkNote } from "../kit/WorkNote";
import { CollectionChooser } from "./CollectionChooser";
import { CollectionSections } from "./CollectionSections";
import styles from "./Sections.module.css";
import { SliceSections } from "./SliceSections";

/** Many sections at a glance, as the first figure of the SpatialSSL paper: those of the open slice, or of a kept collection. */
export function SectionsScreen() {
  const shown = useLab((s) => s.shown);
  const collecting = useLab((s) => s.collecting);
  const failed = useLab((s) => s.collectionError);
  const { loadCollections, dismissCollectionError } = useLab.getState();
  useEffect(() => void loadCollections(), [loadCollections]);
  return (
    <main className={styles.screen}>
      <CollectionChooser />
      {collecting && <WorkNote title={`Collecting the sections of ${collecting.name}`} work={collecting} />}
      {failed && <ErrorNote title={failed.title} error={failed.error} onDismiss={dismissCollectionError} />}
      {shown ? <CollectionSections key={shown.id} kept={shown} /> : <SliceSections />}
    </main>
  );
}
