// A slice of a gigabyte must not exist once per thread. Where the page is cross-origin isolated the arrays that
// several threads read lie in shared memory; elsewhere posting them copies, which is right but larger.

type Shareable = Record<string, unknown>;

/** The same object with each typed array of one kibibyte or more moved to shared memory, where that exists. */
export function shareArrays<T extends object>(value: T): T {
  if (!self.crossOriginIsolated) return value;
  // several views of one buffer stay views of one buffer
  const moved = new Map<ArrayBufferLike, SharedArrayBuffer>();
  return share(value, moved) as T;
}

function share(value: unknown, moved: Map<ArrayBufferLike, SharedArrayBuffer>): unknown {
  if (ArrayBuffer.isView(value)) return shareView(value, moved);
  if (Array.isArray(value)) {
    return value.length > 0 && typeof value[0] === "object" ? value.map((v) => share(v, moved)) : value;
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value as Shareable).map(([key, v]) => [key, share(v, moved)]));
}

function shareView(view: ArrayBufferView, moved: Map<ArrayBufferLike, SharedArrayBuffer>): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = view;
  if (byteLength < 1024 || buffer instanceof SharedArrayBuffer) return view;
  let target = moved.get(buffer);
  if (!target) {
    target = new SharedArrayBuffer(buffer.byteLength);
    new Uint8Array(target).set(new Uint8Array(buffer));
    moved.set(buffer, target);
  }
  const View = view.constructor as new (b: SharedArrayBuffer, offset: number, length: number) => ArrayBufferView;
  const length = (view as unknown as { length: number }).length;
  return new View(target, byteOffset, length);
}

/** The buffers of an object's typed arrays that can move to another thread instead of being copied. */
export function buffersOf(value: unknown, found: Set<ArrayBuffer> = new Set()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (value !== null && typeof value === "object") {
    for (const part of Object.values(value)) if (typeof part === "object") buffersOf(part, found);
  }
  return [...found];
}
