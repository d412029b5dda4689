import { useEffect, useState } from "react";
import { useLab } from "../../state/lab";
import type { LabState } from "../../state/lab-state";
import { filesOfDrop, holdModel } from "../../state/model-files";
import styles from "./DropTarget.module.css";

/** The whole window takes a file while one is dragged over it. */
export function DropTarget() {
  const over = useFileDrag();
  const collects = useLab(dropCollects);
  if (!over) return null;
  if (collects)
    return (
      <div className={styles.target}>
        <div className={styles.title}>Drop files to collect their sections</div>
        <div>AnnData .h5ad, or Arrow .arrow and .feather as the lab writes them; one file or many</div>
        <div className="label">Each section is kept in this browser; nothing is uploaded.</div>
      </div>
    );
  return (
    <div className={styles.target}>
      <div className={styles.title}>Drop a slice to open it</div>
      <div>AnnData .h5ad, or Arrow .arrow and .feather as the lab writes them</div>
      <div>Several files become the sections of one slice.</div>
      <div>A model, as a folder, zip or .safetensors, is asked about the slice that is open.</div>
      <div className="label">It is read in this tab; nothing is uploaded. The slice before it can be brought back.</div>
    </div>
  );
}

/** Among the sections files become a collection, elsewhere the slice that the lab shows. */
const dropCollects = ({ screen }: Pick<LabState, "screen">): boolean => screen === "sections";

/** A slice, or a model to ask about the one that is open. */
async function openDropped(transfer: DataTransfer): Promise<void> {
  const { files, folder } = await filesOfDrop(transfer);
  const { openModel, openFiles } = useLab.getState();
  await ((await holdModel(files)) ? openModel(files, folder) : openFiles(files));
}

/** True while files are over the window; a drop opens them. */
function useFileDrag(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    // entering a child leaves its parent: count, so that the target does not flicker
    let depth = 0;
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const listeners = {
      dragenter(event: DragEvent) {
        if (hasFiles(event) && depth++ === 0) setOver(true);
      },
      dragleave(event: DragEvent) {
        if (hasFiles(event) && --depth <= 0) {
          depth = 0;
          setOver(false);
        }
      },
      dragover(event: DragEvent) {
        // without this the browser would show the file instead
        if (hasFiles(event)) event.preventDefault();
      },
      drop(event: DragEvent) {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth = 0;
        setOver(false);
        const state = useLab.getState();
        const { dataTransfer } = event;
        if (!dataTransfer) return;
        if (dropCollects(state)) void filesOfDrop(dataTransfer).then(({ files }) => state.collect(files));
        else void openDropped(dataTransfer);
      },
    };
    const entries = Object.entries(listeners) as [keyof typeof listeners, (event: DragEvent) => void][];
    for (const [type, listener] of entries) window.addEventListener(type, listener);
    return () => {
      for (const [type, listener] of entries) window.removeEventListener(type, listener);
    };
  }, []);
  return over;
}
