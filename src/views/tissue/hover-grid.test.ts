import { expect, test } from "vitest";
import { createRng } from "../../core/random";
import { buildHoverGrid } from "./hover-grid";

test("the nearest point is the one a full search finds, over seeds and radii", () => {
  for (let seed = 0; seed < 20; seed++) {
    const rng = createRng(seed);
    const positions = Float32Array.from({ length: 400 }, () => (rng() - 0.5) * 100);
    const grid = buildHoverGrid(positions);
    for (let q = 0; q < 50; q++) {
      const [x, y, radius] = [(rng() - 0.5) * 140, (rng() - 0.5) * 140, 10 * rng()];
      let best: number | null = null;
      let bestDistance = radius;
      for (let i = 0; i < 200; i++) {
        const d = Math.hypot(positions[2 * i] - x, positions[2 * i + 1] - y);
        if (d <= bestDistance) {
          best = i;
          bestDistance = d;
        }
      }
      expect(grid.nearest(x, y, radius)).toBe(best);
    }
  }
});

test("no points, one point, points in a line and points in one place all work", () => {
  expect(buildHoverGrid(new Float32Array(0)).nearest(0, 0, 1)).toBeNull();
  expect(buildHoverGrid(Float32Array.of(3, 4)).nearest(3, 4.5, 1)).toBe(0);
  const line = buildHoverGrid(Float32Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? i : 7)));
  expect(line.nearest(500.2, 7, 1)).toBe(250);
  expect(buildHoverGrid(Float32Array.from({ length: 50 }, () => 1)).nearest(1, 1, 0.5)).not.toBeNull();
});
