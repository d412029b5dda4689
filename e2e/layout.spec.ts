import { accessible } from "./support/accessible";
import { dragOver } from "./support/drop";
import { button, openLab, setEpochs, trained, unfold } from "./support/lab";
import { seenIn } from "./support/looks";
import { realSlice } from "./support/real-slices";
import { expect, test } from "./support/test";
import { clickCell } from "./support/tissue";

/** Each size and each theme, from wide to narrow: a page that does not shrink is the usual fault. */
const looks = [
  { theme: "light", width: 1920, height: 1080 },
  { theme: "light", width: 1440, height: 900 },
  { theme: "dark", width: 1440, height: 900 },
  { theme: "dark", width: 1280, height: 800 },
] as const;
const osmfish = realSlice("osmfish_ssp.h5ad");

test("nothing is clipped, overlapping or scrolled sideways in any state, size and theme", async ({ page }) => {
  // thirty looks at a page that is drawn by the processor
  test.slow();
  await openLab(page);
  await seenIn(looks, page, "first-open");

  await dragOver(page, { name: "slice.h5ad", bytes: new Uint8Array(8) });
  await expect(page.getByText("Drop a slice to open it")).toBeVisible();
  await seenIn(looks, page, "file-over-the-window");
  await page.evaluate(() => {
    const { dragged } = window as unknown as { dragged: DataTransfer };
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: dragged, bubbles: true, cancelable: true }));
  });
  await expect(page.getByRole("alert")).toContainText("slice.h5ad was not opened");
  await seenIn(looks, page, "an-error");
  await button(page, "Dismiss").click();

  if (osmfish) {
    const choosing = page.waitForEvent("filechooser");
    await button(page, "Open slice").click();
    await (await choosing).setFiles(osmfish);
    await expect(page.getByTestId("slice-fact")).toContainText("osmfish_ssp", { timeout: 30_000 });
    await expect(button(page, "Train")).toBeEnabled();
    await seenIn(looks, page, "slice-opened");
  }
  await unfold(page, "Graph");
  await seenIn(looks, page, "graph-step-open");

  await setEpochs(page, 20_000); // more than end while the page is looked at
  await button(page, "Train").click();
  await expect.poll(() => page.evaluate(() => window.lab.getState().liveVersion)).toBeGreaterThan(1);
  await seenIn(looks, page, "training");
  await button(page, "Stop").click();
  await expect(page.getByText("Embedding · UMAP")).toBeVisible({ timeout: 120_000 });
  await clickCell(page);
  await expect(page.getByText(/^α, mark/)).toBeVisible();
  await seenIn(looks, page, "trained-with-a-cell-selected");
});

test("no rule of access is broken: first open, all steps open, trained with a cell selected, in both themes", async ({
  page,
}) => {
  await openLab(page);
  await accessible(page, "first open");
  for (const step of ["Slice", "Graph", "Model"] as const) await unfold(page, step);
  await button(page, "More").click();
  await accessible(page, "all steps open");
  await setEpochs(page, 5);
  await button(page, "Train").click();
  await trained(page, 5);
  await expect(page.getByText("F1 micro")).toBeVisible({ timeout: 60_000 });
  await clickCell(page);
  await accessible(page, "trained with a cell selected");
  await page.getByRole("button", { name: /^Backend: wasm/ }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await accessible(page, "backend panel");
});

test("everything that can be pressed is reached with Tab, shows where the focus is, and nothing hidden takes it", async ({
  page,
}) => {
  await openLab(page);
  for (const step of ["Slice", "Graph", "Model"] as const) await unfold(page, step);
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    window.getSelection()?.removeAllRanges();
  });
  await page.getByRole("heading", { name: "SpatialSSL Lab" }).click();
  const reached = new Set<string>();
  const faults: string[] = [];
  for (let press = 0; press < 150; press++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(describeFocus);
    if (!stop) break;
    if (reached.has(stop.id)) break;
    reached.add(stop.id);
    if (!stop.visible) faults.push(`${stop.id} takes the focus unseen`);
    else if (!stop.ringed) faults.push(`${stop.id} shows no focus`);
  }
  expect(faults).toEqual([]);
  const all = await page.evaluate(listControls);
  expect(all.filter((id) => !reached.has(id))).toEqual([]);
  expect(reached.size).toBeGreaterThan(25);
});

/** In the page: what has the focus, whether it is seen, and whether it looks focused. */
function describeFocus(): { id: string; visible: boolean; ringed: boolean } | null {
  const element = document.activeElement as HTMLInputElement | null;
  if (!element || element === document.body) return null;
  // a radio or a switch is drawn by its label; its own box has no size
  const drawn = [element, ...(element.labels ?? []), element.nextElementSibling, element.parentElement].filter(
    (part) => part !== null,
  );
  const seen = (part: Element): boolean => part.checkVisibility() && part.getBoundingClientRect().width > 1;
  const ringed = drawn.some((part) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part);
    return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  });
  // a field shows its caret
  const isField = element.matches("input:not([type=radio], [type=checkbox]), textarea");
  const all = [...document.querySelectorAll(element.tagName)];
  const label = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
  return {
    id: `${element.tagName} ${label?.trim().slice(0, 40)} #${all.indexOf(element)}`,
    visible: drawn.some(seen),
    ringed: ringed || isField,
  };
}

/** In the page: every visible control that Tab must come to; of a group of radios, the chosen one. */
function listControls(): string[] {
  const controls = document.querySelectorAll<HTMLElement>("button, input, select, textarea, a[href], [tabindex='0']");
  return [...controls]
    .filter(
      (e) => e.tabIndex >= 0 && !e.matches(":disabled") && e.checkVisibility() && !e.closest("[aria-hidden=true]"),
    )
    .filter((e) => !e.matches("input[type=radio]:not(:checked), input[type=file]"))
    .map((e) => {
      const all = [...document.querySelectorAll(e.tagName)];
      const label = e.getAttribute("aria-label") ?? (e as HTMLInputElement).labels?.[0]?.textContent ?? e.textContent;
      return `${e.tagName} ${label?.trim().slice(0, 40)} #${all.indexOf(e)}`;
    });
}
