import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { atRest } from "./pixels";
import { expect } from "./test";

const axePath = fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url));

/** Holds the present state against axe's rules, in both themes. */
export async function accessible(page: Page, state: string): Promise<void> {
  expect(existsSync(axePath), "axe-core is installed").toBe(true);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(readFileSync(axePath, "utf8"));
  for (const theme of ["dark", "light"] as const) {
    await page.evaluate((wanted) => window.lab.getState().setTheme(wanted), theme);
    // colours on their way from one theme to the other belong to neither
    await atRest(page);
    const found = await page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(): Promise<AxeResult> } };
      return (await axe.run()).violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(
          ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary}`)}`,
        );
    });
    expect.soft(found, `${state}, ${theme}`).toEqual([]);
  }
}

interface AxeResult {
  readonly violations: {
    readonly id: string;
    readonly impact: string;
    readonly nodes: { readonly html: string; readonly failureSummary: string }[];
  }[];
}
