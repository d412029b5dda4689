import { Button } from "@mantine/core";
import { useLab } from "../../state/lab";
import { ActionErrorNote } from "../kit/ActionErrorNote";
import { ErrorNote } from "../kit/ErrorNote";
import notes from "../kit/notes.module.css";
import { WorkNote } from "../kit/WorkNote";
import { FileButton } from "../open/FileButton";
import { More } from "./More";
import styles from "./Rail.module.css";
import { SimulateForm } from "./SimulateForm";
import { UnitControl } from "./UnitControl";

/** Step 1: which tissue. */
export function SliceStep() {
  const slice = useLab((s) => s.slice);
  const opening = useLab((s) => s.opening);
  const openError = useLab((s) => s.openError);
  const dismiss = useLab((s) => s.dismissOpenError);
  const exportArrow = useLab((s) => s.exportArrow);
  const readerNotes = slice?.provenance.notes ?? [];
  return (
    <>
      {opening && <WorkNote title={`Opening ${opening.name}`} work={opening} />}
      {openError && (
        <ErrorNote title={`${openError.name} was not opened`} error={openError.error} onDismiss={dismiss} />
      )}
      <div className={styles.buttons}>
        <FileButton variant="default">Open file</FileButton>
        <Button variant="default" disabled={!slice} onClick={() => void exportArrow()}>
          Save .arrow
        </Button>
      </div>
      <ActionErrorNote where="slice" />
      <p className="label" style={{ margin: "6px 0 0" }}>
        .h5ad or .arrow, or drop it anywhere. It stays on this machine.
      </p>
      {slice && <UnitControl key={slice.id} slice={slice} />}
      {readerNotes.length > 0 && (
        <More
          key={`notes-${slice?.id}`}
          label={`${readerNotes.length} ${readerNotes.length === 1 ? "note" : "notes"} on reading`}
        >
          {readerNotes.map((note) => (
            <p key={note} className={notes.note}>
              {note}
            </p>
          ))}
        </More>
      )}
      <h3 className={styles.sub}>Simulated tissue</h3>
      <SimulateForm />
    </>
  );
}
