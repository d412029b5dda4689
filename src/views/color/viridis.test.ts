import { expect, test } from "vitest";
import { luminance, parseHex } from "./rgb";
import { viridis } from "./viridis";

test("the fit meets viridis at its quarter points", () => {
  // the published colours; the fit is good to 0.02 per channel
  const published = { 0: "#440154", 0.25: "#3b528b", 0.5: "#21918c", 0.75: "#5ec962", 1: "#fde725" };
  for (const [t, hex] of Object.entries(published)) {
    const expected = parseHex(hex)!;
    viridis(Number(t)).forEach((v, i) => {
      expect(Math.abs(v - expected[i])).toBeLessThan(7);
    });
  }
});

test("viridis only gets lighter", () => {
  for (let i = 1; i <= 64; i++) expect(luminance(viridis(i / 64))).toBeGreaterThan(luminance(viridis((i - 1) / 64)));
});
