import { describe, expect, test } from "vitest";
import { alphaAt, edgePixels, egoNet, selectionPixels } from "./ego-edges";

const neighbours = {
  cells: Uint32Array.of(4, 7, 9, 2),
  hop: Uint8Array.of(0, 1, 1, 2),
  distances: Float32Array.of(0, 12, 8, 20),
};
// two layers, two heads; the last layer counts
const attention = {
  cell: 4,
  neighbours: Uint32Array.of(4, 7, 9),
  heads: 2,
  layers: [new Float32Array(6), Float32Array.of(0.25, 0.5, 0.5, 0.25, 0.25, 0.25)],
};

test("without attention the neighbours of the first hop stand by distance", () => {
  const net = egoNet(4, neighbours, null);
  expect(net.edges.map((e) => e.cell)).toEqual([9, 7]);
  expect(net).toMatchObject({ uniform: null, nHeads: 0, selfAlpha: [] });
});

test("with attention they stand by weight, beside what uniform weights would be", () => {
  const net = egoNet(4, neighbours, attention);
  expect(net.edges).toEqual([
    { cell: 7, microns: 12, alpha: [0.5, 0.25] },
    { cell: 9, microns: 8, alpha: [0.25, 0.25] },
  ]);
  expect(net.selfAlpha).toEqual([0.25, 0.5]);
  expect(net.uniform).toBeCloseTo(1 / 3);
});

test("attention of another cell is not shown on this one", () => {
  expect(egoNet(7, neighbours, attention).nHeads).toBe(0);
});

test("a neighbour listed twice weighs the sum", () => {
  const doubled = {
    cell: 4,
    neighbours: Uint32Array.of(4, 7, 7),
    heads: 1,
    layers: [Float32Array.of(0.2, 0.3, 0.5)],
  };
  expect(egoNet(4, neighbours, doubled).edges[0].alpha[0]).toBeCloseTo(0.8);
});

test("an edge of uniform weight has the width of its ghost, and more weight is wider", () => {
  expect(edgePixels(0.25, 0.25)).toBe(4);
  expect(edgePixels(0.5, 0.25)).toBe(8);
  expect(edgePixels(0.01, 0.25)).toBe(0.5);
  expect(alphaAt([0.2, 0.4], null)).toBeCloseTo(0.3);
  expect(alphaAt([0.2, 0.4], 1)).toBe(0.4);
});

describe("marks of the selection", () => {
  test("are of full size from near, and grow with the room there is", () => {
    const near = { radius: 5, line: 2.5, neighbourRadius: 3.5, neighbourLine: 1, uniformEdge: 4, rim: 1 };
    expect(selectionPixels(200)).toEqual(near);
    expect(selectionPixels(Number.POSITIVE_INFINITY)).toEqual(near);
    let before = selectionPixels(0);
    for (let spacing = 1; spacing < 50; spacing++) {
      const marks = selectionPixels(spacing);
      for (const key of Object.keys(near) as (keyof typeof near)[])
        expect(marks[key]).toBeGreaterThanOrEqual(before[key]);
      before = marks;
    }
  });

  test("leave the neighbours in view from afar", () => {
    for (let spacing = 4; spacing < 50; spacing++) {
      const { radius, line, neighbourRadius, neighbourLine } = selectionPixels(spacing);
      expect(radius + line / 2).toBeLessThan(spacing); // their centres stay outside the ring
      if (neighbourLine > 0) expect(2 * neighbourRadius).toBeLessThan(spacing); // and their rings apart
    }
  });
});
