import { describe, expect, it } from "vitest";
import { createRng, normal } from "../random";
import { buildGraph } from "./build-graph";
import { median } from "./median";
import type { GraphRecipe } from "./spatial-graph";

const knn = (k: number): GraphRecipe => ({ kind: "knn", k, symmetrize: "union" });
const within = (radiusMicrons: number): GraphRecipe => ({ kind: "radius", radiusMicrons });
const warningsOf = (positions: Float32Array, recipe: GraphRecipe) =>
  buildGraph(positions, null, recipe).statistics.warnings.join("\n");

function lattice(n: number, kind: "square" | "hexagonal", jitter = 0): Float32Array {
  const rng = createRng(3);
  const side = Math.floor(Math.sqrt(n));
  return Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const row = Math.floor((i >> 1) / side);
    const column = (i >> 1) % side;
    const x = 100 * (column + (kind === "hexagonal" ? (row % 2) / 2 : 0));
    const y = 100 * row * (kind === "hexagonal" ? Math.sqrt(0.75) : 1);
    return (i % 2 ? y : x) + jitter * normal(rng);
  });
}

function tissue(n: number, side: number): Float32Array {
  const rng = createRng(8);
  return Float32Array.from({ length: 2 * n }, () => side * rng());
}

describe("graph statistics", () => {
  it("count what is there", () => {
    const positions = Float32Array.of(0, 0, 3, 4, 3, 0, 500, 500, 900, 900, 900, 910);
    const { statistics } = buildGraph(positions, null, within(10));
    expect(statistics).toMatchObject({
      nodes: 6,
      edges: 8,
      isolated: 1,
      components: 3,
      medianDegree: 1.5,
      maxDegree: 2,
      medianEdgeLength: 4.5,
    });
    expect([...statistics.degreeHistogram]).toEqual([1, 2, 3]);
  });

  it("gather high degrees in the last bin and know a graph without edges", () => {
    const crowd = buildGraph(tissue(200, 1), null, within(5)).statistics;
    expect(crowd.degreeHistogram).toHaveLength(64);
    expect(crowd.degreeHistogram[63]).toBe(200);
    const none = buildGraph(Float32Array.of(0, 0, 9, 9), null, within(1)).statistics;
    expect(none).toMatchObject({ edges: 0, isolated: 2, components: 2, medianDegree: 0, medianEdgeLength: Number.NaN });
  });
});

describe("a warning", () => {
  it("tells that k ties on a lattice, and which k do not", () => {
    expect(warningsOf(lattice(900, "square"), knn(6))).toMatch(/k = 6 ties on a square lattice.*k = 4 or 8/);
    expect(warningsOf(lattice(900, "hexagonal"), knn(4))).toMatch(/k = 4 ties on a hexagonal lattice.*k = 6 or 12/);
    // positions rounded to pixels, as Visium's
    expect(warningsOf(lattice(900, "hexagonal", 0.1), knn(8))).toMatch(/hexagonal/);
  });

  it("stays silent about k that fits the lattice, and on tissue at any k", () => {
    for (const k of [4, 8]) expect(warningsOf(lattice(900, "square"), knn(k))).toBe("");
    for (const k of [6, 12]) expect(warningsOf(lattice(900, "hexagonal"), knn(k))).toBe("");
    for (const k of [1, 4, 6, 8, 15, 24, 50]) expect(warningsOf(tissue(3000, 1000), knn(k))).not.toMatch(/ties/);
  });

  it("tells that a radius runs along a ring of the lattice", () => {
    expect(warningsOf(lattice(900, "hexagonal"), within(100))).toMatch(/ring of neighbours/);
    expect(warningsOf(lattice(900, "hexagonal"), within(130))).toBe("");
    expect(warningsOf(tissue(3000, 1000), within(40))).toBe("");
  });

  it("tells of isolated cells and the radius that would reach nearly all", () => {
    const positions = tissue(2000, 1000);
    const warning = warningsOf(positions, within(5));
    expect(warning).toMatch(/cells \(\d+ %\) have no neighbour within the radius; \d+ µm would reach 99 %/);
    const reach = Number(/(\d+) µm would/.exec(warning)?.[1]);
    expect(buildGraph(positions, null, within(reach)).statistics.isolated).toBeLessThan(0.012 * 2000);
  });

  it("tells of a radius in the wrong unit, of pieces, of twins and of small sections", () => {
    expect(warningsOf(tissue(1000, 10), within(40))).toMatch(/999 neighbours within 40 µm: is the unit/);
    const apart = tissue(400, 100).map((v, i) => (i < 400 ? v : v + 5000));
    expect(warningsOf(apart, knn(6))).toMatch(/one section falls into 2 connected pieces/);
    const twins = tissue(300, 300);
    twins.copyWithin(0, 2, 4);
    expect(warningsOf(twins, knn(6))).toMatch(/^2 cells share their place/m);
    const codes = Int8Array.from({ length: 200 }, (_, i) => (i < 195 ? 0 : 1));
    expect(buildGraph(tissue(200, 200), codes, knn(6)).statistics.warnings.join()).toMatch(
      /One section has 6 cells or fewer/,
    );
  });
});

it("the median is that of the sorted values", () => {
  for (let seed = 0; seed < 50; seed++) {
    const rng = createRng(seed);
    const values = Float32Array.from({ length: seed + 1 }, () => Math.floor(20 * rng()));
    const sorted = values.slice().sort();
    const n = values.length;
    expect(median(values)).toBe((sorted[(n - 1) >> 1] + sorted[n >> 1]) / 2);
  }
});
