import { Button } from "@mantine/core";
import type { LabError } from "../../core/errors";
import { useLab } from "../../state/lab";
import { formatCount } from "../format/numbers";
import styles from "./Rail.module.css";

/** After a run that stopped by no fault of its own: goes on from the newest checkpoint, where there is one. */
export function ResumeNote({ error }: { error: LabError }) {
  const kept = useLab((s) => s.kept);
  const { resume } = useLab.getState();
  // a run whose loss ran away would do so again
  if (!kept || error.code === "range") return null;
  return (
    <div className={styles.buttons} style={{ marginBottom: 8 }}>
      <Button variant="default" onClick={() => void resume()}>
        Resume from epoch {formatCount(kept.checkpoint.epoch)}
      </Button>
      {kept.backend === "webgpu" && (
        <Button variant="default" onClick={() => void resume("wasm")}>
          Resume on wasm
        </Button>
      )}
    </div>
  );
}
