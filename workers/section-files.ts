import type { OpenSource, SectionFile, SectionFolder, SectionStore } from "../src/core/collection/section-store";
import { LabError } from "../src/core/errors";
import { fileSource } from "./file-source";

/**
 * Sections in a folder of the browser's own file system. Only in a worker.
 *
 * They are written through synchronous handles, which take what they are given at once, and read as files, which any
 * number of threads may do at a time.
 */
export function sectionFiles(
  folder: FileSystemDirectoryHandle,
  files: readonly string[] = [],
): SectionStore & SectionFolder {
  return {
    files,
    async open(file): Promise<OpenSource> {
      return { ...fileSource(await readable(folder, file)), close() {} };
    },
    create: (file) => begin(folder, file),
  };
}

/** The file of that name, to be read. @throws LabError("missing") if it is gone */
export async function readable(folder: FileSystemDirectoryHandle, file: string): Promise<File> {
  try {
    return await (await folder.getFileHandle(file)).getFile();
  } catch (thrown) {
    throw new LabError(
      "missing",
      `${file} is no longer in this browser's storage.`,
      "The collection was deleted, perhaps in another tab or with the site's data. Collect its files again.",
      String(thrown),
    );
  }
}

/** Bytes as a file of that name, in place of what was there; whole, or not at all. */
export async function writeWhole(folder: FileSystemDirectoryHandle, file: string, bytes: Uint8Array): Promise<void> {
  const sink = await begin(folder, file);
  try {
    sink.write(bytes);
    await sink.finish();
  } catch (thrown) {
    await sink.abandon();
    throw thrown;
  }
}

async function begin(folder: FileSystemDirectoryHandle, file: string): Promise<SectionFile> {
  let handle: FileSystemSyncAccessHandle;
  try {
    handle = await (await folder.getFileHandle(file, { create: true })).createSyncAccessHandle();
    handle.truncate(0);
  } catch (thrown) {
    throw notWritten(file, thrown);
  }
  let at = 0;
  return {
    write(bytes) {
      try {
        for (let done = 0; done < bytes.length; ) {
          const n = handle.write(bytes.subarray(done) as Uint8Array<ArrayBuffer>, { at: at + done });
          // where the disk is full some browsers write nothing and say nothing
          if (n === 0) throw new Error("no byte was taken");
          done += n;
        }
        at += bytes.length;
      } catch (thrown) {
        throw notWritten(file, thrown);
      }
    },
    async finish() {
      try {
        handle.flush();
      } catch (thrown) {
        throw notWritten(file, thrown);
      } finally {
        handle.close();
      }
    },
    async abandon() {
      handle.close();
      await folder.removeEntry(file);
    },
  };
}

/** What writing fails of is nearly always room, whatever name a browser has for it. */
export function notWritten(file: string, thrown: unknown): LabError {
  return new LabError(
    "memory",
    `${file} could not be written: this browser's storage for the page is full.`,
    FREE_ROOM,
    String(thrown),
  );
}

export const FREE_ROOM =
  "What is kept stays. Delete a collection or a study that is no longer needed, or free space on the disk; private windows have little. The command `collect` divides files on disk.";
