import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { LabError } from "../src/core/errors";

/** Takes the bytes of a file in turn; a piece is only valid during the call. */
export type Sink = (bytes: Uint8Array) => void;

const MOST_AT_ONCE = 2 ** 30; // a single call of the system writes less than 2 GiB

/** A file on its way to disk, under another name until it is whole. */
export interface PartialFile {
  readonly write: Sink;
  /** Gives the file its name. */
  finish(): void;
  /** Leaves nothing behind. */
  abandon(): void;
}

/**
 * Begins a file that is there whole or not at all: it is written under another name and renamed at its end, so that nobody
 * ever sees half of it. The other name is always the same, so that what a killed program left behind is overwritten.
 *
 * @throws LabError("missing") here or later if the file cannot be written (no folder, no permission, no space)
 */
export function beginFile(path: string): PartialFile {
  const partial = `${path}.partial`;
  const onDisk = <T>(action: () => T): T => {
    try {
      return action();
    } catch (thrown) {
      const reason = (thrown as Error).message;
      throw new LabError("missing", `${basename(path)} cannot be written.`, `The system says: ${reason}.`);
    }
  };
  const descriptor = onDisk(() => openSync(partial, "w"));
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        at += onDisk(() => writeSync(descriptor, bytes, at, Math.min(MOST_AT_ONCE, bytes.length - at)));
      }
    },
    finish() {
      onDisk(() => fsyncSync(descriptor));
      closeSync(descriptor);
      onDisk(() => renameSync(partial, path));
    },
    abandon() {
      closeSync(descriptor);
      rmSync(partial, { force: true });
    },
  };
}

/**
 * Writes a file whole or not at all (`beginFile`).
 *
 * @param fill  hands the bytes to the sink; what it returns is returned
 */
export async function writeFile<T>(path: string, fill: (sink: Sink) => T | Promise<T>): Promise<T> {
  const file = beginFile(path);
  let result: T;
  try {
    result = await fill(file.write);
  } catch (thrown) {
    file.abandon();
    throw thrown;
  }
  file.finish();
  return result;
}

/** A file of bytes or text that are already in memory. */
export function writeBytes(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return writeFile(path, (sink) => sink(bytes));
}
