import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

/** Facts as a list of name and value. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <dl style={{ display: "grid", gridTemplateColumns: "1fr auto", gap: "2px 12px", margin: "8px 0" }}>{children}</dl>
  );
}

export function Fact({ name, definition, children }: { name: string; definition?: string; children: ReactNode }) {
  const term = <dt style={{ color: "var(--lab-dim)" }}>{name}</dt>;
  return (
    <>
      {definition ? <Tooltip label={definition}>{term}</Tooltip> : term}
      <dd className="numeric" style={{ margin: 0, textAlign: "right", overflowWrap: "anywhere" }}>
        {children}
      </dd>
    </>
  );
}
