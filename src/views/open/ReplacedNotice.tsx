import { Button, CloseButton } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLab } from "../../state/lab";

const shownMs = 20_000;

/** Says which slice was replaced, with the way back. Stands in the top bar, where it covers nothing. */
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
    <span role="status" style={{ display: "inline-flex", alignItems: "center", gap: 6, marginLeft: 12 }}>
      replaced {replaced.name}
      <Button variant="default" size="compact-xs" onClick={() => void undo()}>
        Undo
      </Button>
      <CloseButton size="xs" aria-label="Close this notice" onClick={() => setDismissed(slice.id)} />
    </span>
  );
}
