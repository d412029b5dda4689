import { expect, test } from "vitest";
import { categoryColors, categoryPalette } from "./palettes";
import { contrast, decode, parseHex, type Rgb } from "./rgb";

// Machado et al. 2009, severity 1, on linear RGB
const visions: Record<string, number[][] | null> = {
  normal: null,
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function oklab(rgb: Rgb, vision: number[][] | null): number[] {
  const linear = rgb.map((v) => decode(v / 255));
  const seen = (vision ? vision.map((row) => row.reduce((sum, w, i) => sum + w * linear[i], 0)) : linear).map((v) =>
    Math.max(0, v),
  );
  const [l, m, s] = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ].map((row) => Math.cbrt(row[0] * seen[0] + row[1] * seen[1] + row[2] * seen[2]));
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const distance = (a: number[], b: number[]): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

// 0.05 in OKLab is about five just-noticeable steps for large patches, two or three for small points
test.each([
  [8, 0.05],
  [20, 0.05],
])("%i classes stay apart for the colour-blind", (n, least) => {
  const colors = categoryColors(n);
  for (const [name, matrix] of Object.entries(visions)) {
    const seen = colors.map((c) => oklab(c, matrix));
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) expect(distance(seen[i], seen[j]), `${name}: ${j} and ${i}`).toBeGreaterThan(least);
  }
});

test("neighbours in the legend of twenty differ more than any two must", () => {
  const seen = categoryColors(20).map((c) => oklab(c, null));
  for (let i = 1; i < seen.length; i++) expect(distance(seen[i - 1], seen[i])).toBeGreaterThan(0.14);
});

test("every curated colour is seen on the dark stage and on the light one", () => {
  for (const n of [8, 20]) {
    for (const color of categoryColors(n)) {
      expect(contrast(color, [14, 17, 22])).toBeGreaterThan(2.9);
      expect(contrast(color, [248, 249, 250])).toBeGreaterThan(1.25);
    }
  }
});

test("beyond twenty the first hundred colours are all different", () => {
  expect(new Set(categoryPalette(100)).size).toBe(100);
});

test("the slice's own colours win when there is one for every category, and only then", () => {
  expect(categoryColors(2, ["#ff0000", "#00ff00ff"])).toEqual([
    [255, 0, 0],
    [0, 255, 0],
  ]);
  expect(categoryColors(2, ["#ff0000"])[0]).toEqual(parseHex("#e69f00"));
  expect(categoryColors(2, ["red", "#00ff00"])[0]).toEqual(parseHex("#e69f00"));
});
