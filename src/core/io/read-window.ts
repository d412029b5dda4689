import type { ByteSource } from "./byte-source";

const WINDOW = 1 << 20; // bytes
const KEPT = 8; // windows; a sparse matrix is read at three places in turn

/**
 * Reads of a source with read-ahead. HDF5 asks chunk by chunk, a few kilobytes at a time, and every read of a
 * browser File costs a tenth of a millisecond: small reads are served from a few windows of a megabyte.
 */
export function windowed(source: ByteSource): (offset: number, length: number) => Uint8Array {
  const windows: { start: number; bytes: Uint8Array }[] = []; // most recently used first

  const windowAt = (start: number): Uint8Array => {
    const at = windows.findIndex((w) => w.start === start);
    const found = at >= 0 ? windows.splice(at, 1)[0] : { start, bytes: source.readSync(start, WINDOW) };
    windows.unshift(found);
    if (windows.length > KEPT) windows.pop();
    return found.bytes;
  };

  return (offset, length) => {
    const start = offset - (offset % WINDOW);
    if (offset + length > start + 2 * WINDOW) return source.readSync(offset, length);
    const first = windowAt(start);
    const from = offset - start;
    if (from + length <= first.length || first.length < WINDOW) return first.subarray(from, from + length);

    const head = first.subarray(from);
    const tail = windowAt(start + WINDOW).subarray(0, length - head.length);
    const joined = new Uint8Array(head.length + tail.length);
    joined.set(head);
    joined.set(tail, head.length);
    return joined;
  };
}
