import type { Utf8Column } from "./slice";
import { stringAt } from "./utf8-column";

/**
 * Names that occur more than once in a packed column: how many cells carry a name that came before, and the first.
 * Hashes the bytes, so that millions of names cost no JavaScript strings.
 */
export function duplicateNames(names: Utf8Column): { readonly count: number; readonly first: string } {
  const { offsets, bytes } = names;
  const n = offsets.length - 1;
  let size = 16;
  while (size < 2 * n) size *= 2;
  const table = new Uint32Array(size); // row + 1, 0 = free
  let count = 0;
  let first = "";
  for (let i = 0; i < n; i++) {
    let at = hash(bytes, offsets[i], offsets[i + 1]) & (size - 1);
    while (table[at] !== 0 && !same(names, table[at] - 1, i)) at = (at + 1) & (size - 1);
    if (table[at] === 0) table[at] = i + 1;
    else if (count++ === 0) first = stringAt(names, i);
  }
  return { count, first };
}

// FNV-1a, 32 bits
function hash(bytes: Uint8Array, from: number, to: number): number {
  let h = 0x811c9dc5;
  for (let i = from; i < to; i++) h = Math.imul(h ^ bytes[i], 0x01000193);
  return h ^ (h >>> 15);
}

function same({ offsets, bytes }: Utf8Column, a: number, b: number): boolean {
  const length = offsets[a + 1] - offsets[a];
  if (offsets[b + 1] - offsets[b] !== length) return false;
  for (let k = 0; k < length; k++) if (bytes[offsets[a] + k] !== bytes[offsets[b] + k]) return false;
  return true;
}

/** Names made unique as scanpy does: the second "A" becomes "A-1", unless that is taken. */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  if (taken.size === names.length) return names;
  const used = new Set<string>();
  const next = new Map<string, number>();
  return names.map((name) => {
    if (!used.has(name)) {
      used.add(name);
      return name;
    }
    let k = next.get(name) ?? 1;
    while (taken.has(`${name}-${k}`)) k++;
    next.set(name, k + 1);
    const unique = `${name}-${k}`;
    taken.add(unique);
    used.add(unique);
    return unique;
  });
}
