import { describe, expect, test } from "vitest";
import { createRng, normal } from "../random";
import { methodIds } from "./catalog";
import { watchCollapse } from "./collapse";

const nObs = 5000;
const channels = 32;

/** Normal codes, in so many directions or in all channels alike, each channel moved by `offset`. */
function embedding({ rank = 0, offset = 0, scale = 1 } = {}): Float32Array {
  const rng = createRng(rank);
  const draw = (n: number) => Array.from({ length: n }, () => normal(rng));
  const basis = Array.from({ length: rank }, () => draw(channels));
  const rows = Array.from({ length: nObs }, () => {
    if (rank === 0) return draw(channels);
    const codes = draw(rank);
    return Array.from({ length: channels }, (_, c) => codes.reduce((sum, v, k) => sum + v * basis[k][c], 0));
  });
  return Float32Array.from(rows.flat(), (v) => scale * v + offset);
}

describe("the spread of an embedding", () => {
  test("is 1 where cells point everywhere, and 0 where all are one", () => {
    expect(watchCollapse(embedding(), channels, "vicreg").spread).toBeCloseTo(1, 1);
    const collapsed = watchCollapse(embedding({ scale: 1e-3, offset: 1 }), channels, "byol");
    expect(collapsed.spread).toBeLessThan(0.01);
    expect(collapsed.words).toContain("The embedding collapsed: all cells have nearly the same. Likely the momentum");
  });

  test("does not depend on the embedding's scale", () => {
    const [a, b] = [1, 1000].map((scale) => watchCollapse(embedding({ rank: 5, scale }), channels, "vicreg"));
    expect(b.spread).toBeCloseTo(a.spread, 5);
    expect(b.effectiveRank).toBeCloseTo(a.effectiveRank, 3);
  });
});

describe("the effective rank", () => {
  test.each([1, 4, 12])("of an embedding in %i directions is at most that, and most of it", (rank) => {
    const { effectiveRank } = watchCollapse(embedding({ rank }), channels, "simclr");
    expect(effectiveRank).toBeLessThan(rank + 1e-3);
    expect(effectiveRank).toBeGreaterThan(0.8 * rank);
  });

  test("does not count what all cells share", () => {
    expect(watchCollapse(embedding({ rank: 4, offset: 50 }), channels, "simclr").effectiveRank).toBeLessThan(4.001);
  });

  test("of one direction is said in words, of all in none", () => {
    expect(watchCollapse(embedding({ rank: 1 }), channels, "barlow-twins").words).toContain(
      "uses 1.0 of 32 directions",
    );
    expect(watchCollapse(embedding(), channels, "barlow-twins").words).toBeNull();
  });
});

test("prototypes are counted evenly, and few are said in words", () => {
  const among = (n: number) => ({ assigned: Float32Array.from({ length: nObs }, (_, i) => i % n), count: 100 });
  const many = watchCollapse(embedding(), channels, "swav", among(50));
  expect(many.prototypesInUse).toBeCloseTo(50, 3);
  expect(many.words).toBeNull();
  expect(watchCollapse(embedding(), channels, "swav", among(3)).words).toContain("SwAV uses 3.0 of 100 prototypes");
});

test("an embedding of zeros has collapsed, whatever the method", () => {
  for (const method of methodIds) {
    const report = watchCollapse(embedding().fill(0), channels, method);
    expect(report).toMatchObject({ spread: 0, effectiveRank: 1 });
    expect(report.words).toMatch(/collapsed/);
  }
});
