import { test as base, expect } from "@playwright/test";
import type { useLab } from "../../src/state/lab";

declare global {
  interface Window {
    /** The page's state, as scripts on the console see it. */
    readonly lab: typeof useLab;
  }
}

interface Options {
  /** Complaints of the page that this test provokes. */
  tolerated: RegExp;
}

/** Playwright's test, failing too where the page threw or complained on its console while all looked well. */
export const test = base.extend<Options & { complaints: undefined }>({
  tolerated: [/^$/, { option: true }],
  complaints: [
    async ({ page, tolerated }, use) => {
      const found: string[] = [];
      page.on("pageerror", (error) => found.push(error.stack ?? error.message));
      page.on("console", (message) => message.type() === "error" && found.push(message.text()));
      await use(undefined);
      expect(found.filter((text) => !tolerated.test(text))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
