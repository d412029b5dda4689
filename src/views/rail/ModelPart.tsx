import { Button, FileButton } from "@mantine/core";
import { useLab } from "../../state/lab";
import { ErrorNote } from "../kit/ErrorNote";
import styles from "./Rail.module.css";

/** Asks a model from a file about the open slice. */
export function ModelPart() {
  const ready = useLab((s) => s.slice !== null && s.run.kind !== "training" && s.run.kind !== "preparing");
  const error = useLab((s) => (s.networkError?.where === "model" ? s.networkError.error : null));
  const { openModel, dismissNetworkError } = useLab.getState();
  return (
    <>
      <h3 className={styles.sub}>Predict with a model</h3>
      <FileButton accept=".safetensors,.zip" onChange={(file) => file && void openModel([file])}>
        {(props) => (
          <Button fullWidth variant="default" disabled={!ready} {...props}>
            Open a model
          </Button>
        )}
      </FileButton>
      <p className="label">
        As Save model, <code>pretrain</code> and <code>finetune</code> write it, or drop its folder on the page. Genes
        are matched by name.
      </p>
      {error && <ErrorNote title="The model was not taken" error={error} onDismiss={dismissNetworkError} />}
    </>
  );
}
