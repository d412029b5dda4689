// A stand-in for the browser's own file system, in memory, with as much of it as the lab uses. Its handles are as strict as
// a browser's: a file that is being written can be opened by nobody else, and a full storage takes no byte more.

interface FakeFile {
  bytes: Uint8Array;
  locked: boolean;
}

class FakeFolder {
  readonly entries = new Map<string, FakeFolder | FakeFile>();
  constructor(private readonly storage: FakeStorage) {}

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<FakeFolder> {
    const found = this.entries.get(name);
    if (found instanceof FakeFolder) return found;
    if (found || !create) throw new DOMException(name, "NotFoundError");
    const made = new FakeFolder(this.storage);
    this.entries.set(name, made);
    return made;
  }

  async getFileHandle(name: string, { create = false } = {}) {
    let file = this.entries.get(name);
    if (!file && create) {
      file = { bytes: new Uint8Array(0), locked: false };
      this.entries.set(name, file);
    }
    if (!file || file instanceof FakeFolder) throw new DOMException(name, "NotFoundError");
    const own = file;
    return {
      getFile: async () => fakeFile(name, own.bytes),
      createSyncAccessHandle: async () => {
        if (own.locked) throw new DOMException(name, "NoModificationAllowedError");
        own.locked = true;
        return {
          // no larger than it was, as the lab asks
          truncate: (size: number) => {
            this.storage.take(size - own.bytes.length);
            own.bytes = own.bytes.slice(0, size);
          },
          write: (bytes: Uint8Array, { at }: { at: number }) => {
            const next = new Uint8Array(Math.max(own.bytes.length, at + bytes.length));
            this.storage.take(next.length - own.bytes.length);
            next.set(own.bytes);
            next.set(bytes, at);
            own.bytes = next;
            return bytes.length;
          },
          flush() {},
          close() {
            own.locked = false;
          },
        };
      },
    };
  }

  async removeEntry(name: string, { recursive = false } = {}): Promise<void> {
    const found = this.entries.get(name);
    if (!found) throw new DOMException(name, "NotFoundError");
    if (found instanceof FakeFolder && found.entries.size > 0 && !recursive)
      throw new DOMException(name, "InvalidModificationError");
    if (isOpen(found)) throw new DOMException(name, "NoModificationAllowedError");
    this.storage.take(-bytesIn(found));
    this.entries.delete(name);
  }

  async *keys(): AsyncGenerator<string> {
    yield* [...this.entries.keys()];
  }
}

const bytesIn = (entry: FakeFolder | FakeFile): number =>
  entry instanceof FakeFolder ? [...entry.entries.values()].reduce((n, e) => n + bytesIn(e), 0) : entry.bytes.length;

const isOpen = (entry: FakeFolder | FakeFile): boolean =>
  entry instanceof FakeFolder ? [...entry.entries.values()].some(isOpen) : entry.locked;

export class FakeStorage {
  readonly root = new FakeFolder(this);
  usage = 0;
  /** What `estimate` says; writes are held to `room`. */
  quota = Number.POSITIVE_INFINITY;
  room = Number.POSITIVE_INFINITY;
  /** Names of locks that are held, as by another tab. */
  readonly held = new Set<string>();

  /** Puts it in the place of the browser's. */
  install(): void {
    const storage = {
      getDirectory: async () => this.root,
      estimate: async () => ({ quota: this.quota, usage: this.usage }),
    };
    const request = async (name: string, ...rest: unknown[]) => {
      const work = rest.at(-1) as (lock: object | null) => unknown;
      const { signal } = (rest.length > 1 ? rest[0] : {}) as { signal?: AbortSignal };
      // whoever waits with a signal is told at once that it was in vain
      if (this.held.has(name) && signal) throw new DOMException(name, "TimeoutError");
      if (this.held.has(name)) return work(null);
      this.held.add(name);
      try {
        return await work({ name });
      } finally {
        this.held.delete(name);
      }
    };
    Object.defineProperty(globalThis, "navigator", { value: { storage, locks: { request } }, configurable: true });
    Object.assign(globalThis, { FileReaderSync: FakeReader });
  }

  take(bytes: number): void {
    if (this.usage + bytes > this.room) throw new DOMException("full", "QuotaExceededError");
    this.usage += bytes;
  }
}

/** Reads files that carry their bytes, as browsers' workers read any at once. */
class FakeReader {
  readAsArrayBuffer(part: { readonly bytes: Uint8Array }): ArrayBuffer {
    return part.bytes.slice().buffer as ArrayBuffer;
  }
}

/** A file as it is dropped. */
export function fakeFile(name: string, bytes: Uint8Array): File {
  return carrying(new File([bytes.slice()], name), bytes);
}

function carrying(file: File, bytes: Uint8Array): File {
  const slice = (from = 0, to = bytes.length) => ({ bytes: bytes.subarray(from, to) });
  return Object.assign(file, { slice }) as unknown as File;
}
