import { type Page, test } from "@playwright/test";
import { button } from "./lab";

/** The path of what a press saves, under its own name. */
export async function saved(page: Page, press: string | (() => Promise<void>)): Promise<string> {
  const began = page.waitForEvent("download");
  await (typeof press === "string" ? button(page, press).click() : press());
  const download = await began;
  const path = test.info().outputPath(download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

/** The path of what an item of a study's export menu saves. */
export async function exported(page: Page, item: string): Promise<string> {
  await button(page, "Export").click();
  return saved(page, () => page.getByRole("menuitem", { name: item }).click());
}
