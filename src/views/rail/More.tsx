import { Button, Collapse } from "@mantine/core";
import { type ReactNode, useState } from "react";
import styles from "./Rail.module.css";

/** Settings that most people leave as they are. */
export function More({ label = "More", children }: { label?: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        className={styles.more ?? ""}
        variant="subtle"
        size="compact-xs"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {open ? "Less" : label}
      </Button>
      <Collapse expanded={open} transitionDuration={150}>
        {children}
      </Collapse>
    </>
  );
}
