import { Collapse, UnstyledButton } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { CheckIcon } from "../kit/icons";
import styles from "./Rail.module.css";

export type StepState = "waiting" | "working" | "ready" | "failed";

interface Props {
  readonly number: number;
  readonly title: string;
  /** What the step came to, in one line; or what it waits for. */
  readonly result: string;
  readonly state: StepState;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
}

const marks = { waiting: "waits", working: "working", ready: "done", failed: "failed" } as const;

/** One of the four steps: folded to a line that says its result, or open with its settings. */
export function Step({ number, title, result, state, open, onToggle, children }: Props) {
  const id = useId();
  return (
    <section className={styles.step} data-state={state}>
      <h2 className={styles.heading}>
        <UnstyledButton className={styles.head} aria-expanded={open} aria-controls={id} onClick={onToggle}>
          <span className={styles.number}>{state === "ready" ? <CheckIcon /> : number}</span>
          <span className={styles.title}>
            {title} <span className="visually-hidden">({marks[state]})</span>
          </span>
          <span className={`${styles.result} numeric`}>{result}</span>
        </UnstyledButton>
      </h2>
      <Collapse expanded={open} transitionDuration={150}>
        <div id={id} className={styles.body}>
          {children}
        </div>
      </Collapse>
    </section>
  );
}
