/**
 * Random access to the bytes of a file, so that a reader takes what it needs and never holds the whole file.
 * Synchronous, because the HDF5 library reads synchronously; in a browser therefore only inside a worker.
 */
export interface ByteSource {
  /** File name without a path. */
  readonly name: string;
  readonly size: number; // bytes
  /** Bytes [offset, offset + length), fewer only where the file ends. */
  readSync(offset: number, length: number): Uint8Array;
}

/** Bytes already in memory as a source; reads are views, not copies. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  // a plain Uint8Array even of Node's Buffer, whose methods differ
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { name, size: plain.length, readSync: (offset, length) => plain.subarray(offset, offset + length) };
}
