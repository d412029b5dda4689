import { Button, FileButton, Popover, Select } from "@mantine/core";
import type { KeptCollection } from "../../core/collection/manifest";
import { isTraining } from "../../state/collection-run-slice";
import { useLab } from "../../state/lab";
import { formatBytes, formatCount } from "../format/numbers";
import styles from "./Sections.module.css";

/** Whose sections are shown: the open slice's, or those of a collection that this browser keeps. */
export function CollectionChooser() {
  const kept = useLab((s) => s.collections);
  const shown = useLab((s) => s.shown);
  const slice = useLab((s) => s.slice);
  const busy = useLab((s) => s.collecting !== null);
  const { showCollection, collect } = useLab.getState();
  return (
    <div className={styles.chooser}>
      {kept && kept.length > 0 && (
        <Select
          className={styles.chosen ?? ""}
          aria-label="Sections shown"
          data={[
            { value: "slice", label: `Open slice: ${slice?.name ?? "none"}` },
            ...kept.map((one) => ({ value: one.id, label: collectionTitle(one) })),
          ]}
          value={shown?.id ?? "slice"}
          onChange={(id) => showCollection(id === "slice" ? null : id)}
          allowDeselect={false}
        />
      )}
      <FileButton multiple accept=".h5ad,.arrow,.feather,.h5" onChange={(files) => void collect(files)}>
        {(props) => (
          <Button variant="default" disabled={busy} {...props}>
            Collect files
          </Button>
        )}
      </FileButton>
      {shown && <RemoveButton kept={shown} />}
      <span className="label">
        {shown
          ? `${formatBytes(shown.bytes)} in this browser's storage`
          : "Sections collected here stay in this browser; one at a time is in memory."}
      </span>
    </div>
  );
}

/** "brain · 3 sections · 21 Nov, 14:05". */
function collectionTitle({ name, created, collection }: KeptCollection): string {
  const when = new Date(created).toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  return `${name} · ${sectionCount(collection.sections.length)} · ${when}`;
}

export const sectionCount = (n: number): string => `${formatCount(n)} ${n === 1 ? "section" : "sections"}`;

/** Asks once more, since the files may lie nowhere else. */
function RemoveButton({ kept }: { kept: KeptCollection }) {
  const removeCollection = useLab((s) => s.removeCollection);
  const inUse = useLab((s) => isTraining(s, kept.id));
  return (
    <Popover position="bottom-start" width={260} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" disabled={inUse}>
          Delete
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p style={{ margin: "0 0 8px" }}>
          {kept.name} is removed from this browser. The files that it was collected from stay where they are.
        </p>
        <Button variant="default" c="var(--lab-bad)" fullWidth onClick={() => void removeCollection(kept.id)}>
          Delete the collection
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
