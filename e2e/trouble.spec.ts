import type { Page, Worker } from "@playwright/test";
import { button, losses, openLab, progressWords, setEpochs, simulate, trained } from "./support/lab";
import { expect, test } from "./support/test";

/** Epochs that are not over before the test is, however fast they go. */
const long = 50_000;
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
  await expect.poll(() => page.evaluate(() => window.lab.getState().epoch), { timeout: 90_000 }).toBeGreaterThan(0);
  await engine(page).evaluate(() => (globalThis as unknown as { device: GPUDevice }).device.destroy());
  await expect(failure(page)).toContainText("The GPU was lost");
  await setEpochs(page, 3);
  await button(page, "Train").click();
  await trained(page, 3);
  await expect(failure(page)).toBeHidden();
});

test("when the engine's thread is terminated, the run goes on from its checkpoint as if nothing had happened", async ({
  page,
}) => {
  await keepThreads(page);
  await openLab(page, "?backend=wasm");
  await simulate(page, small);
  const before = await runPastCheckpoint(page);
  await page.evaluate(() =>
    (window as unknown as { threads: Record<string, globalThis.Worker> }).threads.engine.terminate(),
  );
  await expect(failure(page)).toContainText("ended from outside");
  const interrupted = await losses(page);
  expect(interrupted.length).toBeGreaterThan(before);
  await page.getByRole("button", { name: `Resume from epoch ${before.toLocaleString("en")}` }).click();
  await expect.poll(() => epochNow(page)).toBeGreaterThan(interrupted.length);
  await expect(failure(page)).toBeHidden();
  const resumed = await losses(page);
  expect(resumed.slice(0, interrupted.length)).toEqual(interrupted);
  expect(await page.evaluate(() => window.lab.getState().run)).toEqual({ kind: "training", until: long });
});

test("when the GPU is lost, the run goes on with wasm from its checkpoint", async ({ page }) => {
  await keepDevice(page);
  await openLab(page, "?backend=webgpu&software=1");
  await simulate(page, small);
  const before = await runPastCheckpoint(page);
  await engine(page).evaluate(() => (globalThis as unknown as { device: GPUDevice }).device.destroy());
  await expect(failure(page)).toContainText("The GPU was lost");
  const interrupted = await losses(page);
  await button(page, "Resume on wasm").click();
  await expect.poll(() => epochNow(page)).toBeGreaterThan(interrupted.length);
  expect(await page.evaluate(() => window.lab.getState().backend?.name)).toBe("wasm");
  const resumed = await losses(page);
  for (let i = before; i < interrupted.length; i++) expect(resumed[i]).toBeCloseTo(interrupted[i], 3);
});

test("when a shader does not compile, the run stops and goes on with the same GPU", async ({ page }) => {
  await keepDevice(page);
  await openLab(page, "?backend=webgpu&software=1");
  await simulate(page, small);
  await runPastCheckpoint(page);
  await engine(page).evaluate(() => {
    (globalThis as unknown as { device: GPUDevice }).device.createShaderModule({ code: "fn provoked( {" });
  });
  await expect(failure(page)).toContainText("The GPU reported");
  const stopped = await epochNow(page);
  await page.getByRole("button", { name: /^Resume from epoch/ }).click();
  await expect.poll(() => epochNow(page)).toBeGreaterThan(stopped);
  expect(await page.evaluate(() => window.lab.getState().backend?.name)).toBe("webgpu");
});

test("a run with an array larger than the GPU takes is refused with its size, and a narrower network trains", async ({
  page,
}) => {
  await keepDevice(page, { modest: true });
  await openLab(page, "?backend=webgpu&software=1");
  await simulate(page, { ...small, nCells: 34_000, nGenes: 20 });
  await page.evaluate(() => {
    const { editRecipe } = window.lab.getState();
    editRecipe((r) => ({ ...r, backbone: "gcn", encoder: { ...r.encoder, layers: 1, hidden: 1024 } }));
  });
  await expect(page.getByRole("alert")).toContainText("this GPU takes at most 128 MiB", { timeout: 90_000 });
  await expect(button(page, "Train")).toBeDisabled();
  await page.evaluate(() => {
    const { editRecipe } = window.lab.getState();
    editRecipe((r) => ({ ...r, encoder: { ...r.encoder, hidden: 4 } }));
  });
  await setEpochs(page, 2);
  await button(page, "Train").click();
  await trained(page, 2);
});

test("a run goes on and is analysed while the page is hidden and its timers sleep", async ({ page }) => {
  await openLab(page, "?backend=wasm");
  await simulate(page, small);
  await setEpochs(page, 60);
  await button(page, "Train").click();
  await expect.poll(() => page.evaluate(() => window.lab.getState().liveVersion)).toBeGreaterThan(1);
  await page.evaluate(() => {
    // as a browser treats a tab that has been in the background for minutes
    const { setTimeout: timer } = window;
    window.setTimeout = ((f: TimerHandler, ms = 0, ...rest: unknown[]) =>
      timer(f, Math.max(ms, 60_000), ...rest)) as typeof setTimeout;
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(() => page.evaluate(() => window.lab.getState().run.kind), { timeout: 50_000 }).toBe("done");
  await expect.poll(() => page.evaluate(() => window.lab.getState().clusters !== null)).toBe(true);
});

const epochNow = (page: Page): Promise<number> => page.evaluate(() => window.lab.getState().epoch);

/** Pauses, which takes a checkpoint, and goes on for a few epochs; returns the checkpoint's epoch. */
async function runPastCheckpoint(page: Page): Promise<number> {
  await page.evaluate(() => {
    // few kernels, because a software GPU takes seconds to compile each
    window.lab
      .getState()
      .editRecipe((r) => ({ ...r, backbone: "gcn", encoder: { ...r.encoder, layers: 1, hidden: 16 } }));
  });
  await setEpochs(page, long);
  await button(page, "Train").click();
  await expect.poll(() => epochNow(page), { timeout: 90_000 }).toBeGreaterThan(1);
  await button(page, "Pause").click();
  await expect(progressWords(page)).toContainText("paused");
  const at = await epochNow(page);
  await button(page, "Continue").click();
  await expect.poll(() => epochNow(page), { intervals: [20] }).toBeGreaterThan(at + 1);
  return page.evaluate(() => window.lab.getState().kept!.checkpoint.epoch);
}

/** Keeps hold of the page's threads. */
async function keepThreads(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const threads: Record<string, globalThis.Worker> = {};
    Object.assign(window, { threads });
    window.Worker = class extends window.Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        const name = /(\w+)\.worker/.exec(String(url))?.[1];
        if (name) threads[name] = this;
      }
    };
  });
}

/** Keeps hold of the device that the engine asks for; a modest one has no limit raised. */
async function keepDevice(page: Page, { modest = false } = {}): Promise<void> {
  page.on("worker", (worker) => {
    if (!/engine/.test(worker.url())) return;
    void worker.evaluate((plain) => {
      const ask = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (descriptor) {
        const device = await ask.call(this, plain ? {} : descriptor);
        Object.assign(globalThis, { device });
        return device;
      };
    }, modest);
  });
}
