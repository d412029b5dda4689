import type { Page } from "@playwright/test";
import { button, losses, openLab, setEpochs, simulate, trained } from "./support/lab";
import { keep } from "./support/pixels";
import { expect, test } from "./support/test";

const epochs = 5;
const small = { tissue: "cortex", nCells: 500, nGenes: 60, seed: 3 } as const;

test("WebGPU on a software adapter and wasm learn the same, and each says what it is", async ({ page }) => {
  await openLab(page, "?backend=wasm");
  const wasm = await lossesOfARun(page);
  await expect(page.getByRole("button", { name: /^Backend: wasm/ })).toBeVisible();

  await openLab(page, "?backend=webgpu&software=1");
  const gpu = await lossesOfARun(page);
  await page.getByRole("button", { name: /^Backend: WebGPU · software/ }).click();
  const panel = page.getByRole("dialog");
  await expect(panel).toContainText("webgpu was asked for.");
  await expect(panel).toContainText(/swiftshader/i);
  await expect(panel).toContainText(/an epoch/);
  await keep(page, "backend-webgpu-software");

  expect(gpu).toHaveLength(epochs);
  const apart = gpu.map((loss, i) => Math.abs(loss - wasm[i]) / wasm[i]);
  console.log(`Largest relative difference of losses, WebGPU to wasm: ${Math.max(...apart).toExponential(1)}`);
  for (const difference of apart) expect(difference).toBeLessThan(1e-4);
});

test("without a GPU the lab takes wasm and says why, and the same seed gives the same losses bit for bit", async ({
  page,
}) => {
  await openLab(page);
  const first = await lossesOfARun(page);
  await page.getByRole("button", { name: /^Backend: wasm/ }).click();
  const panel = page.getByRole("dialog");
  await expect(panel).toContainText(/webgpu was passed over: .*software/i);
  const threads = await page.evaluate(() => ({
    isolated: window.crossOriginIsolated,
    cores: navigator.hardwareConcurrency,
    used: window.lab.getState().backend!.threads,
  }));
  expect(threads.isolated).toBe(true);
  if (threads.cores > 1) expect(threads.used).toBeGreaterThan(1);
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();

  await button(page, "Reset").click();
  await button(page, "Train").click();
  await trained(page, epochs);
  expect(await losses(page)).toEqual(first);
});

test("choosing a backend by hand takes effect with the next run", async ({ page }) => {
  await openLab(page, "?backend=wasm");
  await simulate(page, small);
  await page.getByRole("button", { name: /^Backend/ }).click();
  const panel = page.getByRole("dialog");
  await panel.getByText("WebGPU", { exact: true }).click();
  await expect(page.getByRole("alert")).toContainText(/WebGPU|adapter|backend/i);
  await panel.getByText("Automatic", { exact: true }).click();
  await expect(page.getByRole("button", { name: /^Backend: wasm/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await setEpochs(page, 2);
  await button(page, "Train").click();
  await trained(page, 2);
});

async function lossesOfARun(page: Page): Promise<number[]> {
  await simulate(page, small);
  await setEpochs(page, epochs);
  await button(page, "Train").click();
  await trained(page, epochs);
  return losses(page);
}
