import type { Utf8Column } from "./slice";

/** Packs strings as Arrow does: offsets (n + 1,) into one run of UTF-8 bytes. */
export function packStrings(strings: readonly string[]): Utf8Column {
  const encoder = new TextEncoder();
  const parts = strings.map((s) => encoder.encode(s));
  const offsets = new Int32Array(strings.length + 1);
  parts.forEach((p, i) => {
    offsets[i + 1] = (offsets[i] as number) + p.length;
  });
  const bytes = new Uint8Array(offsets[strings.length] as number);
  parts.forEach((p, i) => {
    bytes.set(p, offsets[i]);
  });
  return { offsets, bytes };
}

/** String i of a packed column. */
export function stringAt(column: Utf8Column, i: number): string {
  const from = column.offsets[i] as number;
  const to = column.offsets[i + 1] as number;
  // slice, not subarray: TextDecoder refuses views of shared memory
  return new TextDecoder().decode(column.bytes.slice(from, to));
}

/** Index of the first string equal to `text`, -1 if there is none. Compares bytes: no string is made. */
export function findString({ offsets, bytes }: Utf8Column, text: string): number {
  const wanted = new TextEncoder().encode(text);
  for (let i = 0; i + 1 < offsets.length; i++) {
    const from = offsets[i];
    if (offsets[i + 1] - from !== wanted.length) continue;
    let j = 0;
    while (j < wanted.length && bytes[from + j] === wanted[j]) j++;
    if (j === wanted.length) return i;
  }
  return -1;
}
