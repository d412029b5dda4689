import type { Page, Worker } from "@playwright/test";
import { button, openLab, progressWords, setEpochs, simulate, trained } from "./support/lab";
import { expect, test } from "./support/test";

const small = { tissue: "cortex", nCells: 500, nGenes: 60 } as const;
const failure = (page: Page) => page.getByRole("alert").filter({ hasText: "The run stopped" });
const engine = (page: Page): Worker => page.workers().find((w) => /engine/.test(w.url()))!;

test.use({ tolerated: /provoked|lost|GPU/i });

for (const state of ["training", "paused"] as const) {
  test(`when the engine's thread dies while ${state}, step 4 says so and Train works again`, async ({ page }) => {
    await openLab(page, "?backend=wasm");
    await simulate(page, small);
    await setEpochs(page, 2000);
    await button(page, "Train").click();
    await expect.poll(() => page.evaluate(() => window.lab.getState().epoch)).toBeGreaterThan(1);
    if (state === "paused") {
      await button(page, "Pause").click();
      await expect(progressWords(page)).toContainText("paused");
    }
    await engine(page).evaluate(() => {
      setTimeout(() => {
        throw new Error("provoked");
      });
    });
    await expect(failure(page)).toContainText("The engine thread stopped");
    await setEpochs(page, 3);
    await button(page, "Train").click();
    await trained(page, 3);
    await expect(failure(page)).toBeHidden();
  });
}

test("when the GPU is lost while training, step 4 says so and Train works again", async ({ page }) => {
  // keeps hold of the device that the engine asks for, before it asks
  page.on("worker", (worker) => {
    if (!/engine/.test(worker.url())) return;
    void worker.evaluate(() => {
      const ask = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (...args) {
        const device = await ask.apply(this, args);
        Object.assign(globalThis, { device });
        return device;
      };
    });
  });
  await openLab(page, "?backend=webgpu&software=1");
  await simulate(page, small);
  await setEpochs(page, 2000);
  await button(page, "Train").click();
  await expect.poll(() => page.evaluate(() => window.lab.getState().epoch)).toBeGreaterThan(1);
  await engine(page).evaluate(() => (globalThis as unknown as { device: GPUDevice }).device.destroy());
  await expect(failure(page)).toContainText("The GPU was lost");
  await setEpochs(page, 3);
  await button(page, "Train").click();
  await trained(page, 3);
  await expect(failure(page)).toBeHidden();
});
