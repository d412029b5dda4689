import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useLab } from "../../state/lab";
import { CloseIcon, SwapIcon } from "../kit/icons";
import styles from "./Stage.module.css";
import { controlsHeight } from "./stage-rects";
import { useStage } from "./stage-store";

/** Border, title and buttons of the docked view; a button in its place while it is folded. */
export function EmbeddingFrame() {
  const main = useLab((s) => s.stage);
  const planeKind = useLab((s) => s.planeKind);
  const setStage = useLab((s) => s.setStage);
  const open = useStage((s) => s.embeddingOpen);
  const setOpen = useStage((s) => s.setEmbeddingOpen);
  const docked = main === "tissue" ? "embedding" : "tissue";
  const rect = useStage((s) => s.rects[docked]);
  if (rect.width === 0) {
    if (!planeKind || open) return null;
    return (
      <Button
        variant="default"
        style={{ position: "absolute", right: 12, bottom: controlsHeight + 8 }}
        onClick={() => setOpen(true)}
      >
        Show embedding
      </Button>
    );
  }
  return (
    <div
      className={styles.frame}
      style={{ left: rect.x - 1, top: rect.y - 1, width: rect.width + 2, height: rect.height + 2 }}
    >
      <div className={styles.frameBar}>
        <span className={`${styles.frameTitle} label`}>
          {docked === "tissue" ? "Tissue" : planeKind === "umap" ? "Embedding · UMAP" : "Embedding · live"}
        </span>
        <span>
          <Tooltip label={`Make the ${docked} the large view`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Make the ${docked} the large view`}
              onClick={() => setStage(docked)}
            >
              <SwapIcon />
            </ActionIcon>
          </Tooltip>
          {docked === "embedding" && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label="Fold the embedding"
              onClick={() => setOpen(false)}
            >
              <CloseIcon />
            </ActionIcon>
          )}
        </span>
      </div>
    </div>
  );
}
