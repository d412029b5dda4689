import { button, losses, openLab, progressWords, setEpochs, setNumber, trained } from "./support/lab";
import { keep } from "./support/pixels";
import { expect, test } from "./support/test";

test("a run on ego-nets tells its batches, and one that is paused within an epoch ends as one that is not", async ({
  page,
}) => {
  await openLab(page, "?backend=wasm");
  await setEpochs(page, 2);
  const views = page.getByRole("radiogroup", { name: "What a step sees" });
  await views.getByText("Ego-nets").click();
  await setNumber(page, "Batch size", 16);
  await expect(
    page.getByText("Each step trains on 16 cells, drawn at random, with all cells within 2 hops."),
  ).toBeVisible();
  await keep(page, "ego-nets");

  await button(page, "Train").click();
  await expect(progressWords(page)).toContainText(/epoch \d \/ 2, batch \d+ \/ \d+/);
  await expect(views.getByRole("radio", { name: "Sampled" })).toBeDisabled();
  await button(page, "Pause").click();
  await expect(progressWords(page)).toContainText("paused at epoch");
  await button(page, "Continue").click();
  await trained(page, 2);
  const paused = await losses(page);
  expect(paused).toHaveLength(2);
  expect(paused[1]).toBeLessThan(paused[0]);

  await button(page, "Reset").click();
  await expect(button(page, "Train")).toBeEnabled();
  await button(page, "Train").click();
  await trained(page, 2);
  expect(await losses(page)).toEqual(paused);
});
