import type { Page } from "@playwright/test";
import { button, colourBy, openLab } from "./support/lab";
import { hueDistance, lookAtTissue } from "./support/pixels";
import { expect, test } from "./support/test";
import { hoverCell, stageOf } from "./support/tissue";

test("genes, categories and themes change what is seen, and nothing is hidden", async ({ page }) => {
  await openLab(page);
  const domains = await lookAtTissue(page);

  await test.step("a click in the legend greys a category out, solo greys out all others", async () => {
    const category = page.getByRole("button", { name: /^L2\/3, \d+ cells$/ });
    await category.click();
    await expect(category).toHaveAttribute("aria-pressed", "false");
    await page.mouse.move(700, 20);
    const without = await lookAtTissue(page);
    expect(without.coloured).toBeLessThan(0.8 * domains.coloured);
    expect(await muted(page)).toEqual([1]);
    await category.click();
    await page.mouse.move(700, 20);
    expect(hueDistance(await lookAtTissue(page), domains)).toBeLessThan(0.02);
    await page.getByRole("button", { name: "Solo L4" }).click();
    await page.mouse.move(700, 20);
    expect(await muted(page)).toEqual([0, 1, 3, 4, 5]);
    const alone = await lookAtTissue(page);
    expect(alone.coloured).toBeLessThan(0.5 * domains.coloured);
    expect(Math.max(...alone.hues), "one hue is left").toBeGreaterThan(0.9);
    await button(page, "Show all").click();
    expect(await muted(page)).toEqual([]);
  });

  await test.step("a gene is found by name, with log and range", async () => {
    await colourBy(page, "gene");
    const gene = page.getByRole("combobox", { name: "Gene" });
    const name = await page.evaluate(() => window.lab.getState().slice!.varNames[57]);
    await gene.click();
    await gene.fill(name);
    await page.getByRole("option", { name, exact: true }).click();
    await expect.poll(() => page.evaluate(() => window.lab.getState().geneCounts?.gene)).toBe(57);
    await page.getByRole("switch", { name: "log scale" }).click();
    expect(await page.evaluate(() => window.lab.getState().colorBy)).toMatchObject({
      kind: "gene",
      gene: 57,
      log: false,
    });
    const wide = await lookAtTissue(page);
    const upper = page.getByRole("slider", { name: "Upper end of the ramp" });
    const end = Number(await upper.getAttribute("aria-valuenow"));
    for (let i = 0; i < 4; i++) await upper.press("ArrowLeft");
    await expect.poll(async () => Number(await upper.getAttribute("aria-valuenow"))).toBe(end - 2);
    const colorBy = await page.evaluate(() => window.lab.getState().colorBy);
    expect(colorBy.kind === "gene" ? colorBy.range : null).toEqual([0, end - 2]);
    expect(hueDistance(await lookAtTissue(page), wide), "a lower end brightens the tissue").toBeGreaterThan(0.05);
  });

  await test.step("a pointer resting on a cell shows its record", async () => {
    await hoverCell(page);
    const recordName = () => page.evaluate(() => window.lab.getState().hoveredRecord?.name ?? null);
    await expect.poll(recordName).not.toBeNull();
    const stage = page.getByRole("main");
    await expect(stage.getByText((await recordName())!, { exact: true })).toBeVisible();
    await expect(stage.getByText("cell_type", { exact: true })).toBeVisible();
  });

  await test.step("distances on the screen are what the scale bar says", async () => {
    const [left, right] = [await hoverCell(page, 0.35, 0.4), await hoverCell(page, 0.65, 0.4)];
    const bar = page.getByRole("img", { name: /^Scale bar/ });
    const microns = Number.parseFloat((await bar.getAttribute("aria-label"))!.replace("Scale bar: ", ""));
    const pixels = (await bar.locator("path").boundingBox())!.width;
    const apart = await page.evaluate(
      ([a, b]) => {
        const { positions } = window.lab.getState().slice!;
        return Math.hypot(positions[2 * a] - positions[2 * b], positions[2 * a + 1] - positions[2 * b + 1]);
      },
      [left.cell, right.cell],
    );
    const seen = (Math.hypot(left.x - right.x, left.y - right.y) / pixels) * microns;
    expect(Math.abs(seen - apart) / apart, "each cell was found within a few pixels").toBeLessThan(0.08);
  });

  await test.step("the theme changes", async () => {
    await colourBy(page, "domain");
    await button(page, "Change to the light theme").click();
    const light = await lookAtTissue(page);
    expect(domains.ground).toBeLessThan(0.2);
    expect(light.ground).toBeGreaterThan(0.85);
    await button(page, "Change to the dark theme").click();
    expect((await lookAtTissue(page)).ground).toBeLessThan(0.2);
  });

  await test.step("keys move, zoom and fit the view", async () => {
    await stageOf(page).focus();
    const scale = page.getByRole("img", { name: /^Scale bar/ });
    const fitted = await scale.getAttribute("aria-label");
    for (const key of ["+", "+", "+", "ArrowLeft"]) await page.keyboard.press(key);
    await expect(scale).not.toHaveAttribute("aria-label", fitted!);
    await page.keyboard.press("0");
    await expect(scale).toHaveAttribute("aria-label", fitted!);
  });
});

/** Codes that are greyed out in the present colouring. */
function muted(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const { muted: all, colorBy } = window.lab.getState();
    const key = colorBy.kind === "obs" ? `obs:${colorBy.name}` : colorBy.kind;
    return [...(all[key] ?? [])].sort((a, b) => a - b);
  });
}
