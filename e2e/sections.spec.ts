import { button, colourBy, openLab, setEpochs, simulate, trained } from "./support/lab";
import { crowding } from "./support/layout";
import { seenIn } from "./support/looks";
import { keep } from "./support/pixels";
import { expect, test } from "./support/test";

const looks = [
  { theme: "dark", width: 1440, height: 900 },
  { theme: "light", width: 1280, height: 720 },
] as const;

test("the sections of a slice stand beside each other, by the label that is chosen, the held-out one marked", async ({
  page,
}) => {
  await openLab(page, "?backend=wasm");
  await page.getByRole("link", { name: "Sections" }).click();
  await expect(page.getByText("One section is open.")).toBeVisible();

  await page.getByRole("link", { name: "Lab" }).click();
  await simulate(page, { tissue: "hypothalamus", nGenes: 40, sectionCells: [300, 900, 500, 700, 400, 600], seed: 4 });
  await page.getByRole("link", { name: "Sections" }).click();
  const chart = page.getByRole("img", { name: /^Composition by/ });
  await expect(chart).toHaveAccessibleName(/6 sections, 300 to 900 cells a section; held out by the rule: section_\d/);
  await expect(page.getByRole("figure")).toHaveCount(6);

  await page.getByRole("combobox", { name: "Level of the label" }).click();
  await page.getByRole("option", { name: /^cell_type/ }).click();
  await expect(chart).toHaveAccessibleName(/^Composition by cell_type/);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: /^Save composition-.* as SVG$/ }).click();
  expect((await download).suggestedFilename()).toMatch(/^composition-.*cell_type\.svg$/);

  for (const theme of ["light", "dark"] as const) {
    await page.evaluate((wanted) => window.lab.getState().setTheme(wanted), theme);
    for (const width of [1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await expect.soft.poll(() => page.evaluate(crowding), { message: `${theme}, ${width} px` }).toEqual([]);
      await keep(page, `sections-${width}-${theme}`);
    }
  }
  // the address names the screen
  await page.reload();
  await expect(page.getByText("One section is open.")).toBeVisible();
});

test("four sections, a long legend and the embedding stand beside each other, in either theme and on a small screen", async ({
  page,
}) => {
  await openLab(page, "?backend=wasm");
  await simulate(page, { tissue: "hypothalamus", nCells: 2000, nGenes: 40, nSections: 4, seed: 4 });
  await colourBy(page, "cell_type");
  await seenIn(looks, page, "four-sections");
  await setEpochs(page, 3);
  await button(page, "Train").click();
  await trained(page, 3);
  await colourBy(page, "cell_type");
  // crowding looks at what floats, names among it; a name under another view is not shown at all
  await seenIn(looks, page, "four-sections-trained");
  await expect(page.getByText("Embedding · ")).toBeVisible();
  await expect(page.locator("main > div").filter({ hasText: /^section_[1-4]$/ })).toHaveCount(4);
});
