import { describe, expect, it } from "vitest";
import { createRng, normal } from "../random";
import { embeddingColors } from "./embedding-colors";
import { createLiveFrames } from "./live-frames";

const [n, d] = [600, 12];

/** Four groups in a space whose columns differ in spread. */
function embedding(seed: number): Float32Array {
  const rng = createRng(seed);
  const centres = Float64Array.from({ length: 4 * d }, () => 3 * normal(rng));
  return Float32Array.from(
    { length: n * d },
    (_, e) => (centres[(Math.floor(e / d) % 4) * d + (e % d)] + normal(rng)) * 0.8 ** (e % d),
  );
}

/** sRGB bytes to relative luminance, as WCAG defines it. */
function luminance(colors: Uint8Array, i: number): number {
  const [r, g, b] = Array.from(colors.subarray(3 * i, 3 * i + 3), (v) =>
    v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const meanChange = (a: Uint8Array, b: Uint8Array): number => {
  let sum = 0;
  for (let e = 0; e < a.length; e++) sum += Math.abs(a[e] - b[e]);
  return sum / a.length;
};

describe("colours of an embedding", () => {
  it("are close for cells of one group and apart for others", () => {
    const { colors } = embeddingColors(embedding(1), { n, d });
    const means = Array.from({ length: 4 }, () => [0, 0, 0]);
    for (let i = 0; i < n; i++) for (let c = 0; c < 3; c++) means[i % 4][c] += colors[3 * i + c] / (n / 4);
    let within = 0;
    for (let i = 0; i < n; i++) within += Math.hypot(...[0, 1, 2].map((c) => colors[3 * i + c] - means[i % 4][c])) / n;
    for (let a = 0; a < 4; a++)
      for (let b = 0; b < a; b++)
        expect(Math.hypot(...[0, 1, 2].map((c) => means[a][c] - means[b][c]))).toBeGreaterThan(1.5 * within);
  });

  it("stay off black and white, so that they read on dark and on light ground", () => {
    const { colors } = embeddingColors(embedding(2), { n, d });
    for (let i = 0; i < n; i++) {
      expect(luminance(colors, i)).toBeGreaterThan(0.08);
      expect(luminance(colors, i)).toBeLessThan(0.7);
    }
  });

  it("drift, not jump, when components flip, swap or turn", () => {
    const x = embedding(3);
    const frames = createLiveFrames();
    const first = frames.next(x, { n, d }).colors;
    const flipped = x.map((v) => -v);
    expect(meanChange(embeddingColors(flipped, { n, d }).colors, first)).toBeGreaterThan(20);
    expect(meanChange(frames.next(flipped, { n, d }).colors, first)).toBeLessThan(1);
    const reordered = Float32Array.from(x, (_, e) => x[e - (e % d) + (((e % d) + 5) % d)]);
    expect(meanChange(frames.next(reordered, { n, d }).colors, first)).toBeLessThan(1);
  });

  it("do not let a stray cell take the range", () => {
    const x = embedding(4);
    const before = embeddingColors(x, { n, d });
    x.fill(30, 0, d);
    expect(meanChange(embeddingColors(x, { n, d, previous: before }).colors, before.colors)).toBeLessThan(25);
  });

  it("are grey where an embedding has collapsed, and defined for one cell or one dimension", () => {
    const { colors, plane } = embeddingColors(new Float32Array(n * d).fill(3), { n, d });
    expect(new Set(colors).size).toBe(1);
    expect(plane.every((v) => v === 0)).toBe(true);
    expect(embeddingColors(new Float32Array(d), { n: 1, d }).colors.length).toBe(3);
    expect(embeddingColors(Float32Array.of(1, 2, 3), { n: 3, d: 1 }).colors.length).toBe(9);
  });

  it("begin anew when the number of cells changes", () => {
    const frames = createLiveFrames();
    frames.next(embedding(5), { n, d });
    const half = embedding(5).subarray(0, (n / 2) * d);
    expect(frames.next(half, { n: n / 2, d }).colors).toEqual(embeddingColors(half, { n: n / 2, d }).colors);
  });
});
