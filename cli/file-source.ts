import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { LabError } from "../src/core/errors";
import type { ByteSource } from "../src/core/io/byte-source";

/**
 * A file on disk, read in place.
 * @throws LabError("missing") if the file cannot be opened
 */
export function fileSource(path: string): ByteSource & { close(): void } {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (thrown) {
    throw new LabError("missing", `${path} cannot be opened.`, "Check the path and the permissions.", String(thrown));
  }
  return {
    name: basename(path),
    size: fstatSync(descriptor).size,
    readSync(offset, length) {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const n = readSync(descriptor, bytes, done, length - done, offset + done);
        if (n === 0) break;
        done += n;
      }
      return done === length ? bytes : bytes.subarray(0, done);
    },
    close: () => closeSync(descriptor),
  };
}
