import { ActionIcon, Tooltip } from "@mantine/core";
import { useState } from "react";
import { useLab } from "../../state/lab";
import { ChevronLeftIcon, ChevronRightIcon, CloseIcon } from "../kit/icons";
import { CellInspector } from "./CellInspector";
import styles from "./Inspector.module.css";
import { SliceInspector } from "./SliceInspector";

/** What is selected, whatever it is: a cell, or else the slice. */
export function Inspector() {
  const [open, setOpen] = useState(true);
  const slice = useLab((s) => s.slice);
  const selected = useLab((s) => s.selected);
  const record = useLab((s) => s.selectedRecord);
  const select = useLab((s) => s.select);
  const fold = (label: string, icon: React.ReactNode) => (
    <Tooltip label={label} position="left">
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={() => setOpen(!open)}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
  if (!open) {
    return (
      <aside className={styles.folded} aria-label="Inspector">
        {fold("Show the inspector", <ChevronLeftIcon />)}
      </aside>
    );
  }
  return (
    <aside className={styles.inspector} aria-label="Inspector">
      <div className={styles.head}>
        <h2 className={styles.title}>
          {selected === null ? (slice?.name ?? "Inspector") : (record?.name ?? `cell ${selected}`)}
        </h2>
        <span style={{ display: "flex", flex: "none" }}>
          {selected !== null && (
            <Tooltip label="Deselect (Escape)" position="left">
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label="Deselect the cell"
                onClick={() => select(null)}
              >
                <CloseIcon />
              </ActionIcon>
            </Tooltip>
          )}
          {fold("Fold the inspector", <ChevronRightIcon />)}
        </span>
      </div>
      {!slice && <p className="label">Open a slice to see what it holds.</p>}
      {slice && selected === null && <SliceInspector slice={slice} />}
      {slice && selected !== null && <CellInspector slice={slice} cell={selected} />}
    </aside>
  );
}
