import { Button, CloseButton } from "@mantine/core";
import { useState } from "react";
import { useLab } from "../../state/lab";

/** Says which slice was replaced, with the way back, until it is closed: who looks at the new slice first has lost nothing. */
export function ReplacedNotice() {
  const replaced = useLab((s) => s.replaced);
  const slice = useLab((s) => s.slice);
  const undo = useLab((s) => s.undoReplace);
  const [dismissed, setDismissed] = useState<number | null>(null);
  if (!replaced || !slice || dismissed === slice.id) return null;
  return (
    <span role="status" style={{ display: "inline-flex", alignItems: "center", gap: 6, marginLeft: 12 }}>
      replaced {replaced.name}
      <Button variant="default" size="compact-xs" onClick={() => void undo()}>
        Undo
      </Button>
      <CloseButton size="xs" aria-label="Close this notice" onClick={() => setDismissed(slice.id)} />
    </span>
  );
}
