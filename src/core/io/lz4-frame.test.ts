import { describe, expect, test } from "vitest";
import { decodeLz4Frames } from "./lz4-frame";

const FRAME = [0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0]; // magic, version 1, 64 kB blocks, checksum
const END = [0, 0, 0, 0];
const block = (...bytes: number[]) => [bytes.length & 255, bytes.length >> 8, 0, 0, ...bytes];
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const ascii = (s: string) => [...s].map((c) => c.charCodeAt(0));

describe("an LZ4 frame", () => {
  test("gives literals, matches that overlap themselves, and stored blocks", () => {
    // "ab", then 10 bytes from 2 back, then "!"
    const packed = block(0x26, ...ascii("ab"), 2, 0, 0x10, ...ascii("!"));
    const stored = [3, 0, 0, 0x80, ...ascii("xyz")];
    expect(text(decodeLz4Frames(Uint8Array.from([...FRAME, ...packed, ...stored, ...END])))).toBe("abababababab!xyz");
  });

  test("follows another, and lengths run over a byte", () => {
    const long = block(0xf0, 255, 10, ...Array(280).fill(97)); // 15 + 255 + 10 literals
    const bytes = Uint8Array.from([...FRAME, ...long, ...END, ...FRAME, ...block(0x10, 98), ...END]);
    expect(text(decodeLz4Frames(bytes))).toBe(`${"a".repeat(280)}b`);
  });

  test("that is cut short or points outside is damaged", () => {
    const good = [...FRAME, ...block(0x26, ...ascii("ab"), 2, 0, 0x10, ...ascii("!")), ...END];
    for (let cut = 1; cut < good.length; cut++)
      expect(() => decodeLz4Frames(Uint8Array.from(good.slice(0, cut)))).toThrow(/damaged/);
    expect(() => decodeLz4Frames(Uint8Array.from([...FRAME, ...block(0x20, ...ascii("ab"), 9, 0), ...END]))).toThrow(
      /points outside/,
    );
    expect(() => decodeLz4Frames(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]))).toThrow(/no LZ4 frame/);
  });
});
