import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { BadFile } from "../src/core/io/testing/corpus";
import { loadCorpus } from "./support/corpus";
import { dropFile } from "./support/drop";
import { button, graphReady, openLab, progressWords, simulate, unfold } from "./support/lab";
import { keep } from "./support/pixels";
import { expect, test } from "./support/test";

const fact = (page: Page) => page.getByTestId("slice-fact");

test("each bad file is refused with what is wrong and what to do; the open slice stays and still trains", async ({
  page,
}) => {
  const { badFiles } = await loadCorpus();
  await openLab(page);
  await simulate(page, { tissue: "hypothalamus", nCells: 600, nGenes: 40 });
  for (const file of await badFiles()) {
    await test.step(file.name, async () => {
      if ("note" in file.expect) return;
      await dropFile(page, file);
      if (file.expect.code === "ambiguous") await leaveClosed(page, file);
      else await refused(page, file, file.expect.message);
      await expect.soft(fact(page)).toHaveText("simulated hypothalamus · 600 cells · 40 genes");
      expect.soft(await isResponsive(page), "the page answers").toBe(true);
    });
  }
  await button(page, "Step").click();
  await expect(progressWords(page)).toContainText(/epoch 1/);
});

test("a file that is odd but readable opens, with a note on what was done about it", async ({ page }) => {
  const { badFiles } = await loadCorpus();
  await openLab(page);
  for (const file of await badFiles()) {
    if (!("note" in file.expect)) continue;
    const { note } = file.expect;
    await test.step(file.name, async () => {
      await dropFile(page, file);
      await expect(fact(page)).toContainText(`${file.name.replace(".h5ad", "")} · `);
      await graphReady(page);
      expect.soft(await page.evaluate(() => window.lab.getState().slice!.provenance.notes.join("\n"))).toMatch(note);
      await unfold(page, "Slice");
      const unfoldNotes = page.getByRole("button", { name: /notes? on reading$/ });
      if (await unfoldNotes.isVisible()) await unfoldNotes.click();
      await expect.soft(page.getByRole("navigation", { name: "Steps" }).getByText(note)).toBeVisible();
    });
  }
});

test("the wrong ending with the right content opens, and Undo brings back what was replaced", async ({ page }) => {
  const { strangers } = await loadCorpus();
  const [mouse, human] = await strangers();
  await openLab(page);
  const first = (await fact(page).textContent())!;
  await dropFile(page, { name: "mouse.arrow", bytes: mouse });
  await expect(fact(page)).toHaveText(/^mouse.* · 50 cells · 12 genes$/);
  await graphReady(page);
  await expect(page.getByRole("status").filter({ hasText: "replaced" })).toContainText("replaced simulated cortex");
  await button(page, "Undo").click();
  await expect(fact(page)).toHaveText(first);
  await graphReady(page);
  await dropFile(page, { name: "human.bin", bytes: human });
  await expect(fact(page)).toHaveText(/^human.* · 50 cells · 12 genes$/);
  await graphReady(page);
  await button(page, "Undo").click();
  await expect(fact(page)).toHaveText(first);
  await graphReady(page);
  await button(page, "Step").click();
  await expect(progressWords(page)).toContainText(/epoch 1/);
});

test("several files become sections of one slice, unless they have no gene in common", async ({ page }) => {
  const { strangers } = await loadCorpus();
  const [mouse, human] = await strangers();
  await openLab(page);
  const before = (await fact(page).textContent())!;
  await dropFile(page, { name: "mouse.arrow", bytes: mouse }, { name: "human.arrow", bytes: human });
  await expect(page.getByRole("alert")).toContainText("No gene is common to");
  await expect(fact(page)).toHaveText(before);
  await dropFile(page, { name: "one.arrow", bytes: mouse }, { name: "two.arrow", bytes: mouse });
  await expect(fact(page)).toContainText("100 cells · 12 genes");
  await graphReady(page);
  expect(await page.evaluate(() => window.lab.getState().slice!.section.names.length)).toBe(2);
});

test("a file of 10 GB is read in place: refused at once where it is no slice, opened where it is one", async ({
  page,
}) => {
  const { strangers } = await loadCorpus();
  const [mouse] = await strangers();
  const folder = await mkdtemp(join(tmpdir(), "lab-"));
  const zeros = await sparseFile(join(folder, "zeros.h5ad"), new Uint8Array(8));
  const padded = await sparseFile(join(folder, "padded.h5ad"), mouse);
  await openLab(page);
  await dropFile(page, zeros);
  await expect(page.getByRole("alert")).toContainText("zeros.h5ad was not opened", { timeout: 10_000 });
  expect(await isResponsive(page)).toBe(true);
  await dropFile(page, padded);
  await expect(fact(page)).toHaveText("padded · 50 cells · 12 genes");
  await rm(folder, { recursive: true });
});

test("an opening that is cancelled leaves the slice that was there", async ({ page }) => {
  await openLab(page);
  const first = (await fact(page).textContent())!;
  // large enough that Cancel comes in time
  await page.evaluate(() => {
    void window.lab.getState().openSimulated({ tissue: "embryo", nCells: 2_000_000, nGenes: 50 });
  });
  await button(page, "Cancel").click();
  await expect(page.getByText(/^Opening /)).toBeHidden({ timeout: 10_000 });
  await expect(fact(page)).toHaveText(first);
  await graphReady(page);
});

async function refused(page: Page, file: BadFile, message: RegExp): Promise<void> {
  const alert = page.getByRole("alert");
  await expect.soft(alert).toContainText(`${file.name} was not opened`);
  await expect.soft(alert).toContainText(message);
  const error = await page.evaluate(() => {
    const { code, hint } = window.lab.getState().openError?.error ?? {};
    return { code, hint };
  });
  expect.soft(error.code).toBe((file.expect as { code: string }).code);
  expect.soft(error.hint, "what to do").toMatch(/\w+ .*\.$/);
  await expect.soft(alert).toContainText(error.hint ?? "a hint");
  if (file.name === "truncated.h5ad") {
    await alert.getByRole("button", { name: "Detail" }).click();
    await expect.soft(alert.getByRole("button", { name: "Copy detail" })).toBeVisible();
    await keep(page, "bad-file");
  }
  await alert.getByRole("button", { name: "Dismiss" }).click();
  await expect.soft(alert).toBeHidden();
}

/** A file that can be read in several ways asks; nothing is opened until it is answered. */
async function leaveClosed(page: Page, file: BadFile): Promise<void> {
  const dialog = page.getByRole("dialog");
  await expect.soft(dialog).toContainText(`How to read ${file.name}`);
  await expect.soft(dialog.getByRole("radio").first()).toBeVisible();
  await keep(page, "question");
  await dialog.getByRole("button", { name: "Leave it closed" }).click();
  await expect(dialog).toBeHidden();
}

/** True if the page draws again within a second and a half. */
async function isResponsive(page: Page): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        setTimeout(() => resolve(false), 1500);
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(true)));
      }),
  );
}

/** A file of 10 GB that begins with `head` and takes next to no room on disk. */
async function sparseFile(path: string, head: Uint8Array): Promise<string> {
  await writeFile(path, head);
  const file = await open(path, "r+");
  await file.truncate(10e9);
  await file.close();
  return path;
}
