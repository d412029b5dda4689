import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { readModel } from "../src/core/train/model-file";
import { commandLine } from "./support/command-line";
import { saved } from "./support/download";
import { dropFile, dropPath } from "./support/drop";
import { button, graphReady, openLab } from "./support/lab";
import { keep } from "./support/pixels";
import { loadSimulatedFile } from "./support/simulated-file";
import { expect, test } from "./support/test";

/** A network that the command line pretrained on one tissue and fine-tuned there, and another tissue with fewer genes. */
async function madeOutside(): Promise<string> {
  const folder = test.info().outputPath("work");
  mkdirSync(folder, { recursive: true });
  const simulated = await loadSimulatedFile();
  const write = (name: string, options: Parameters<typeof simulated>[1]) =>
    writeFileSync(join(folder, name), simulated(name, options).bytes);
  write("one.arrow", { tissue: "hypothalamus", nCells: 600, nGenes: 50, nSections: 2, seed: 5 });
  write("other.arrow", { tissue: "hypothalamus", nCells: 400, nGenes: 45, nSections: 1, seed: 6 });
  const network = "--layers 2 --hidden 16 --backend wasm";
  commandLine(folder, `pretrain one.arrow --out pretrained --epochs 30 ${network}`);
  commandLine(folder, "finetune one.arrow --model pretrained --label class --out tuned --epochs 150 --backend wasm");
  commandLine(folder, "predict other.arrow --model tuned --out told.csv --backend wasm");
  return folder;
}

test("a model of the command line predicts the open slice as predict does, and one that learned no label is fine-tuned from its own weights", async ({
  page,
}) => {
  const folder = await madeOutside();
  await openLab(page, "?backend=wasm");
  await dropFile(page, join(folder, "other.arrow"));
  await expect(page.getByTestId("slice-fact")).toContainText("other");
  await graphReady(page);

  // the folder, as a file manager gives it
  await dropPath(page, join(folder, "tuned"));
  const words = page.getByTestId("network-words");
  await expect(words).toContainText("tuned predicts class", { timeout: 60_000 });
  await expect(page.getByText(/^5 of 50 genes are not in the slice and read as hidden/)).toBeVisible();
  await expect(page.getByText("400 labelled cells")).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Colour by" })).toHaveValue("prediction");
  await keep(page, "command-line-model");
  const [own, told] = [await saved(page, "Save table"), join(folder, "told.csv")].map(rowsOf);
  expect(own.map((row) => row[0])).toEqual(told.map((row) => row[0]));
  for (const [r, row] of told.entries()) {
    const numbers = row.map(Number);
    for (const [c, value] of row.entries())
      if (Number.isNaN(numbers[c])) expect(own[r][c]).toBe(value);
      else expect(Number(own[r][c])).toBeCloseTo(numbers[c], 4);
  }

  // zipped
  const files = readdirSync(join(folder, "pretrained"));
  const zip = zipSync(
    Object.fromEntries(
      files.map((name) => [`pretrained/${name}`, new Uint8Array(readFileSync(join(folder, "pretrained", name)))]),
    ),
  );
  await dropFile(page, { name: "pretrained.zip", bytes: zip });
  await expect(words).toContainText("pretrained.zip learned no label", { timeout: 60_000 });
  await expect.poll(() => page.evaluate(() => window.lab.getState().analysing), { timeout: 60_000 }).toBeNull();
  const rail = page.getByRole("navigation", { name: "Steps" });
  await rail.getByRole("radiogroup", { name: "What becomes of the pretrained network" }).getByText("Frozen").click();
  await page.getByLabel("Tuning epochs", { exact: true }).fill("5");
  await page.getByLabel("Tuning epochs", { exact: true }).press("Enter");
  await button(page, "Fine-tune").click();
  await expect(words).toContainText("Fine-tuned to class, with a frozen encoder", { timeout: 60_000 });
  await keep(page, "command-line-model-tuned");
  // it stands on the encoder of the command line
  const made = unzipSync(readFileSync(await saved(page, "Save model")))["model.safetensors"];
  const encoderOf = (bytes: Uint8Array) =>
    Object.fromEntries(
      readModel(bytes, "model")
        .arrays.filter(({ name }) => /^encoder\..*weight$/.test(name))
        .map(({ name, data }) => [name, [...data]]),
    );
  const before = encoderOf(new Uint8Array(readFileSync(join(folder, "pretrained", "model.safetensors"))));
  expect(Object.keys(before).length).toBeGreaterThan(1);
  expect(encoderOf(made)).toEqual(before);
});

/** Rows of a table, its head first. */
const rowsOf = (path: string): string[][] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
