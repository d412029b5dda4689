import { Button, CloseButton, Paper } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLab } from "../../state/lab";

const shownMs = 15_000;

/** Says which slice was replaced, with the way back. */
export function ReplacedNotice() {
  const replaced = useLab((s) => s.replaced);
  const slice = useLab((s) => s.slice);
  const undo = useLab((s) => s.undoReplace);
  const [dismissed, setDismissed] = useState<number | null>(null);
  useEffect(() => {
    if (!replaced || slice === null) return;
    const timer = setTimeout(() => setDismissed(slice.id), shownMs);
    return () => clearTimeout(timer);
  }, [replaced, slice]);
  if (!replaced || !slice || dismissed === slice.id) return null;
  return (
    <Paper
      role="status"
      shadow="md"
      withBorder
      style={{
        position: "fixed",
        top: 56,
        left: "50%",
        transform: "translateX(-50%)",
        zIndex: 300,
        display: "flex",
        alignItems: "center",
        gap: 10,
        padding: "6px 8px 6px 14px",
      }}
    >
      <span>
        {slice.name} replaced {replaced.name}.
      </span>
      <Button variant="default" onClick={() => void undo()}>
        Undo
      </Button>
      <CloseButton aria-label="Close this notice" onClick={() => setDismissed(slice.id)} />
    </Paper>
  );
}
