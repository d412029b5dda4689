import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { unzipSync } from "fflate";
import { readModel } from "../src/core/train/model-file";
import { accessible } from "./support/accessible";
import { saved } from "./support/download";
import { dropFile } from "./support/drop";
import { button, openLab, setEpochs, simulate, trained } from "./support/lab";
import { seenIn } from "./support/looks";
import { expect, test } from "./support/test";

const looks = [
  { theme: "dark", width: 1440, height: 900 },
  { theme: "light", width: 1280, height: 800 },
] as const;

test("a run is fine-tuned to a label, scored on a held-out section, looked at, given up, repeated and saved", async ({
  page,
}) => {
  test.slow();
  await openLab(page, "?backend=wasm");
  await simulate(page, { tissue: "hypothalamus", nCells: 900, nGenes: 60, nSections: 3, seed: 3 });
  await expect(page.getByRole("heading", { name: "Fine-tune to a label" })).toHaveCount(0);
  await setEpochs(page, 20);
  await button(page, "Train").click();
  await trained(page, 20);
  await expect.poll(() => page.evaluate(() => window.lab.getState().analysing), { timeout: 120_000 }).toBeNull();

  const pretrained = await saved(page, "Weights");
  const rail = page.getByRole("navigation", { name: "Steps" });
  await rail.getByRole("combobox", { name: "Learn", exact: true }).click();
  await page.getByRole("option", { name: "class", exact: true }).click();
  await rail.getByRole("combobox", { name: "Hold out", exact: true }).click();
  await page.getByRole("option", { name: "section_2", exact: true }).click();

  // given up, the pretrained network stays
  await setEpochsOf(page, 5000);
  await button(page, "Fine-tune").click();
  await expect(page.getByRole("img", { name: /^Fine-tuning loss curve, now/ })).toBeVisible({ timeout: 60_000 });
  await button(page, "Cancel").click();
  await expect(button(page, "Fine-tune")).toBeEnabled({ timeout: 60_000 });
  await expect(page.getByRole("img", { name: /^Fine-tuning loss curve/ })).toHaveCount(0);
  await expect(button(page, "Train on")).toBeEnabled();

  await setEpochsOf(page, 40);
  await button(page, "Fine-tune").click();
  const words = page.getByTestId("network-words");
  await expect(words).toContainText("Fine-tuned to class, whole, with all labels; scored on section section_2", {
    timeout: 120_000,
  });
  await expect(page.getByRole("img", { name: /^Loss curve, now/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Fine-tuning loss curve, now/ })).toBeVisible();
  const found = await page.evaluate(() => {
    const { prediction, slice, fineTuneLosses } = window.lab.getState();
    const held = [...(prediction?.heldOut ?? [])].map((is, i) => (is ? i : -1)).filter((i) => i >= 0);
    const truth = slice?.obs.find(({ name }) => name === "class");
    const right = held.filter((i) => {
      if (truth?.kind !== "categorical" || !prediction) return false;
      return truth.categories[truth.codes[i]] === prediction.categories[prediction.predicted[i]];
    });
    return {
      ...{ accuracy: right.length / held.length, f1Micro: prediction?.f1Micro ?? Number.NaN },
      sections: [...new Set(held.map((i) => slice?.section.names[slice.section.codes[i]]))],
      ...{ nTest: prediction?.nTest, nHeld: held.length },
      losses: [...fineTuneLosses],
    };
  });
  expect(found.sections).toEqual(["section_2"]);
  expect(found.nTest).toBe(found.nHeld);
  expect(found.losses).toHaveLength(40);
  expect(found.losses[39]).toBeLessThan(found.losses[0]);
  expect(found.f1Micro).toBeCloseTo(found.accuracy, 9);
  // four classes
  expect(found.accuracy).toBeGreaterThan(0.4);
  await expect(page.getByRole("combobox", { name: "Colour by" })).toHaveValue("prediction");
  await page.evaluate(() => window.lab.getState().select(400));
  await expect(page.getByRole("table", { name: "Probability of each class" }).getByRole("row")).toHaveCount(4);
  await expect(page.getByText("Without the reader")).toBeVisible();
  await words.evaluate((element) => element.scrollIntoView());
  await seenIn(looks, page, "fine-tuned");
  await accessible(page, "a network that was fine-tuned");

  const table = readFileSync(await saved(page, "Save table"), "utf8")
    .trim()
    .split("\n");
  expect(table).toHaveLength(901);
  expect(table[0]).toMatch(/^id,section,predicted,probability,p_/);
  const zip = await saved(page, "Save model");
  const folder = unzipSync(readFileSync(zip));
  const model = readModel(folder["model.safetensors"], "folder");
  expect(model.classes).toHaveLength(4);
  expect(model.recipe.label?.name).toBe("class");
  expect(model.reader).toMatchObject({ share: 0.7, selfTrained: true });
  expect(JSON.parse(new TextDecoder().decode(folder["run.json"]))).toMatchObject({
    pretraining: { method: "mae" },
    heldOut: { kind: "section", names: ["section_2"] },
    epochs: 40,
  });

  // again, otherwise: from the same pretraining, and the network by itself
  await rail.getByRole("button", { name: "More of fine-tuning" }).click();
  await rail.getByRole("checkbox", { name: "Join a linear reader of a cell's own genes" }).uncheck();
  await rail.getByRole("radiogroup", { name: "What becomes of the pretrained network" }).getByText("Frozen").click();
  await button(page, "Fine-tune").click();
  await expect(words).toContainText("Fine-tuned to class, with a frozen encoder", { timeout: 120_000 });
  await expect(page.getByText("Without the reader")).toHaveCount(0);

  await button(page, "Reset").click();
  await expect(page.getByRole("heading", { name: "Fine-tune to a label" })).toHaveCount(0);
  await expect(button(page, "Train")).toBeEnabled();

  // another tissue with fewer genes: the model predicts it, and says which genes it misses
  await simulate(page, { tissue: "hypothalamus", nCells: 400, nGenes: 50, nSections: 1, seed: 8 });
  await dropFile(page, zip);
  await expect(words).toContainText("predicts class", { timeout: 120_000 });
  await expect(page.getByText(/genes are not in the slice and read as hidden/)).toBeVisible();
  await expect(page.getByText("400 labelled cells")).toBeVisible();
  await expect(page.getByText("A linear reader of each cell's own genes has 0.7 of the verdict")).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Colour by" })).toHaveValue("prediction");
  expect(await page.evaluate(() => window.lab.getState().prediction?.predicted.length)).toBe(400);
  await words.evaluate((element) => element.scrollIntoView());
  await seenIn(looks, page, "model-on-another-slice");

  // what is no model is refused, and the one in hand stays
  await dropFile(page, { name: "wrong.safetensors", bytes: new Uint8Array(64) });
  await expect(page.getByText("The model was not taken")).toBeVisible();
  await expect(words).toContainText("predicts class");

  // a network that learned no label is fine-tuned here
  await dropFile(page, pretrained);
  await expect(words).toContainText("learned no label", { timeout: 120_000 });
  await expect(page.getByText("The model was not taken")).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => window.lab.getState().analysing), { timeout: 120_000 }).toBeNull();
  await setEpochsOf(page, 10);
  await button(page, "Fine-tune").click();
  await expect(words).toContainText("scored on blocks of the tissue, held out", { timeout: 120_000 });
});

async function setEpochsOf(page: Page, epochs: number): Promise<void> {
  const field = page.getByLabel("Tuning epochs", { exact: true });
  await field.fill(String(epochs));
  await field.press("Enter");
}
