import type { Page } from "@playwright/test";
import { button, openLab, progressWords, setEpochs, setNumber, trained, unfold } from "./support/lab";
import { keep } from "./support/pixels";
import { expect, test } from "./support/test";

const note = (page: Page) => page.getByTestId("budget");

test("what a run will take is said before it, and follows its settings", async ({ page }) => {
  await openLab(page, "?backend=wasm");
  await expect(note(page)).toContainText(/^About [\d.]+ MiB and [\d.]+ s an epoch, [\d.]+ m?s?.* in all\./);
  const bytes = () => page.evaluate(() => (window.lab.getState().budget as Ready).verdict.budget.totalBytes);
  const before = await bytes();
  await unfold(page, "Model");
  await setNumber(page, "Width", 128);
  await expect.poll(bytes).toBeGreaterThan(1.3 * before);
  await page.evaluate(() => window.lab.getState().editRecipe((r) => ({ ...r, epochs: 3 })));
  const { deviceBytes } = await page.evaluate(() => (window.lab.getState().budget as Ready).verdict.budget);
  await button(page, "Train").click();
  await trained(page, 3);
  await expect(note(page)).toBeHidden();
  const peak = await page.evaluate(() => window.lab.getState().peakBytes!);
  expect(Math.abs(deviceBytes / peak - 1), `predicted ${deviceBytes}, measured ${peak}`).toBeLessThan(0.25);
});

test("a run over the memory limit does not start, and the button that is offered mends it", async ({ page }) => {
  await openLab(page, "?backend=wasm");
  await unfold(page, "Model");
  await setNumber(page, "Width", 256);
  await note(page).getByRole("button", { name: "What for" }).click();
  await setNumber(page, "Memory limit", 0.025);
  const refusal = note(page).getByRole("alert");
  await expect(refusal).toContainText(/This run would need about [\d.]+ MiB; the memory limit is 25.6 MiB\./);
  await expect(button(page, "Train")).toBeDisabled();
  await expect(button(page, "Step")).toBeDisabled();
  await expect(progressWords(page)).toContainText("would not fit");
  await keep(page, "budget-refused");
  await refusal.getByRole("button", { name: /^Use (width \d+|batches of \d+|\d+ row blocks)/ }).click();
  await expect(button(page, "Train")).toBeEnabled();
  await setEpochs(page, 2);
  await button(page, "Train").click();
  await trained(page, 2);
  expect(await page.evaluate(() => window.lab.getState().peakBytes)).toBeLessThan(0.025 * 2 ** 30);
});

interface Ready {
  readonly verdict: { readonly budget: { readonly totalBytes: number; readonly deviceBytes: number } };
}
