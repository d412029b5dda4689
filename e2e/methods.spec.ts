import { button, colourBy, openLab, setNumber, trained, unfold } from "./support/lab";
import { keep } from "./support/pixels";
import { expect, test } from "./support/test";

test("another method brings its own settings, trains, and says what its losses of cells are", async ({ page }) => {
  await openLab(page, "?backend=wasm");
  await unfold(page, "Model");
  await expect(page.getByText("Masked expression: all genes of some cells are hidden")).toBeVisible();
  await page.getByRole("combobox", { name: "Method" }).click();
  await expect(page.getByRole("option")).toHaveCount(13);
  await page.getByRole("option", { name: "VICReg", exact: true }).click();
  await expect(page.getByText("Two views of a cell agree, while every channel keeps its variance")).toBeVisible();
  await setNumber(page, "Epochs", 3);
  await button(page, "More").click();
  await expect(page.getByLabel("Masked share", { exact: true })).toHaveCount(0);
  await setNumber(page, "Gene dropout", 0.25);
  await keep(page, "method-settings");
  const { method, config } = await page.evaluate(() => window.lab.getState().recipe);
  expect({ method, config }).toMatchObject({ method: "vicreg", config: { geneDropout: 0.25, variance: 25 } });

  await button(page, "Train").click();
  await trained(page, 3);
  await expect(page.getByText("Directions used")).toBeVisible();
  await colourBy(page, "loss per cell");
  await expect(page.getByText("1 − cosine", { exact: true })).toBeVisible();
  await keep(page, "method-trained");
});

test("the study's settings are one press away, and leave what is not the method's", async ({ page }) => {
  await openLab(page, "?backend=wasm");
  await unfold(page, "Model");
  const before = await page.evaluate(() => window.lab.getState().recipe);
  await page.getByRole("button", { name: "Use the study's settings" }).click();
  const recipe = await page.evaluate(() => window.lab.getState().recipe);
  expect(recipe).toMatchObject({
    ...{ method: "mae", config: { maskRatio: 0.75 }, encoder: { hidden: 256 } },
    ...{ view: { kind: "sample", fanOuts: [8, 8], batchSize: 256 }, optimizer: { learningRate: 1e-4 } },
    ...{ graph: before.graph, epochs: before.epochs, backbone: before.backbone, seed: before.seed },
  });
});

test("a label can be learned: the page asks which, and says that its own scores then flatter", async ({ page }) => {
  await openLab(page, "?backend=wasm");
  await unfold(page, "Model");
  await page.getByRole("combobox", { name: "Method" }).click();
  await page.getByRole("option", { name: "Supervised", exact: true }).click();
  const shown = await page.evaluate(() => window.lab.getState().label);
  const { label } = await page.evaluate(() => window.lab.getState().recipe);
  expect(label).toEqual({ name: shown, leaveOut: [] });
  await page.getByRole("combobox", { name: "Learn" }).click();
  await page.getByRole("option", { name: "cell_type", exact: true }).click();
  await setNumber(page, "Epochs", 3);
  await button(page, "Train").click();
  await trained(page, 3);
  const learned = await page.evaluate(() => window.lab.getState().runRecipe);
  expect(learned).toMatchObject({ method: "supervised", label: { name: "cell_type", leaveOut: [] } });
  await colourBy(page, "loss per cell");
  await expect(page.getByText("cross-entropy", { exact: true })).toBeVisible();
  await keep(page, "label-learned");
  await page.evaluate(() => {
    const { setLabel, predict } = window.lab.getState();
    setLabel("cell_type");
    return predict();
  });
  await expect(page.getByText("The network learned cell_type from all labelled cells")).toBeVisible();
});

test("masks by type ask for the label that says the types", async ({ page }) => {
  await openLab(page, "?backend=wasm");
  await unfold(page, "Model");
  await expect(page.getByRole("combobox", { name: "Types from" })).toHaveCount(0);
  await button(page, "More").click();
  await page.getByRole("combobox", { name: "Hidden cells are" }).click();
  await page.getByRole("option", { name: "types", exact: true }).click();
  await expect(page.getByRole("combobox", { name: "Types from" })).toBeVisible();
  await setNumber(page, "Masked genes", 0.2);
  await setNumber(page, "Epochs", 2);
  await keep(page, "masks");
  await button(page, "Train").click();
  await trained(page, 2);
});
