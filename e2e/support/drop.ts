import type { ElementHandle, Page } from "@playwright/test";

/** A path on disk, or a file made in memory. */
export type Dropped = string | { readonly name: string; readonly bytes: Uint8Array };

/** Drags a file over the window and lets it go, with the events and the DataTransfer of a real drop. */
export async function dropFile(page: Page, ...files: Dropped[]): Promise<void> {
  await dragOver(page, ...files);
  await page.evaluate(() => {
    const { dragged } = window as unknown as { dragged: DataTransfer };
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: dragged, bubbles: true, cancelable: true }));
  });
}

/** The first half of a drop: the file hangs over the window. */
export async function dragOver(page: Page, ...files: Dropped[]): Promise<void> {
  // a File that lies on disk can only come from an input: one that the page never sees
  const input = (await page.evaluateHandle(() =>
    Object.assign(document.createElement("input"), { type: "file", multiple: true }),
  )) as ElementHandle<HTMLInputElement>;
  const onDisk = files.filter((file) => typeof file === "string");
  const inMemory = files.filter((file) => typeof file !== "string");
  await input.setInputFiles(
    onDisk.length > 0
      ? onDisk
      : inMemory.map(({ name, bytes }) => ({
          name,
          mimeType: "application/octet-stream",
          buffer: Buffer.from(bytes),
        })),
  );
  await input.evaluate((element) => {
    const dragged = new DataTransfer();
    for (const file of element.files!) dragged.items.add(file);
    Object.assign(window, { dragged });
    for (const type of ["dragenter", "dragover"]) {
      window.dispatchEvent(new DragEvent(type, { dataTransfer: dragged, bubbles: true, cancelable: true }));
    }
  });
}

/** Drops a file or folder of this disk as the browser's own drag and drop does: the page gets entries, as from a file manager. */
export async function dropPath(page: Page, path: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await devtools.send("Input.dispatchDragEvent", { type, x: 640, y: 300, data });
}
