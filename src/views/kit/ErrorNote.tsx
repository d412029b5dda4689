import { Button, Collapse, CopyButton } from "@mantine/core";
import { useState } from "react";
import type { LabError } from "../../core/errors";
import styles from "./notes.module.css";

/** What went wrong, in one sentence and what to do; the detail unfolds and can be copied. */
export function ErrorNote({
  error,
  title,
  onDismiss,
}: {
  error: LabError;
  title?: string;
  onDismiss?: (() => void) | undefined;
}) {
  const [open, setOpen] = useState(false);
  const detail = [`${error.code}: ${error.message}`, error.hint, error.detail].filter(Boolean).join("\n");
  return (
    <div className={styles.error} role="alert">
      {title && <strong style={{ overflowWrap: "anywhere" }}>{title}</strong>}
      <div style={{ overflowWrap: "anywhere" }}>{error.message}</div>
      {error.hint && <div className={styles.hint}>{error.hint}</div>}
      <div className={styles.actions}>
        <Button variant="subtle" size="compact-xs" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Hide detail" : "Detail"}
        </Button>
        {onDismiss && (
          <Button variant="subtle" size="compact-xs" onClick={onDismiss}>
            Dismiss
          </Button>
        )}
      </div>
      <Collapse expanded={open}>
        <pre className={styles.detail}>{detail}</pre>
        <CopyButton value={detail}>
          {({ copied, copy }) => (
            <Button variant="default" size="compact-xs" onClick={copy}>
              {copied ? "Copied" : "Copy detail"}
            </Button>
          )}
        </CopyButton>
      </Collapse>
    </div>
  );
}
