import type { ByteSource } from "../src/core/io/byte-source";

/** A dropped File, read in place. Only in a worker: pages have no synchronous reading. */
export function fileSource(file: File): ByteSource {
  const reader = new FileReaderSync();
  return {
    name: file.name,
    size: file.size,
    readSync: (offset, length) => new Uint8Array(reader.readAsArrayBuffer(file.slice(offset, offset + length))),
  };
}
