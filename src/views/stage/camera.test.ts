import { expect, test } from "vitest";
import { createRng } from "../../core/random";
import { boundsOf, fitCamera, panBy, toScreen, toWorld, zoomBy } from "./camera";
import { scaleBar } from "./scale-bar";

test("screen and world are each other's inverse, also for a view that starts elsewhere", () => {
  const rng = createRng(3);
  for (let i = 0; i < 50; i++) {
    const camera = { target: [1000 * rng(), 1000 * rng()] as const, zoom: 8 * (rng() - 0.5) };
    const rect = { x: 300 * rng(), y: 300 * rng(), width: 200, height: 150 };
    const [x, y] = [500 * rng(), 500 * rng()];
    const world = toWorld(camera, rect, x, y);
    const screen = toScreen(camera, rect, ...world);
    expect(screen[0]).toBeCloseTo(x, 6);
    expect(screen[1]).toBeCloseTo(y, 6);
  }
});

test("fitting brings every point inside the margin", () => {
  const rng = createRng(5);
  const positions = Float32Array.from({ length: 200 }, () => 5000 * rng());
  const rect = { x: 10, y: 20, width: 800, height: 300 };
  const camera = fitCamera(boundsOf(positions), rect, { side: 24, top: 24, bottom: 24, above: 0.2 });
  for (let i = 0; i < positions.length; i += 2) {
    const [x, y] = toScreen(camera, rect, positions[i], positions[i + 1]);
    expect(x).toBeGreaterThanOrEqual(10 + 24 - 1e-3);
    expect(x).toBeLessThanOrEqual(810 - 24 + 1e-3);
    expect(y).toBeGreaterThanOrEqual(20 + 24 - 1e-3);
    expect(y).toBeLessThanOrEqual(320 - 24 + 1e-3);
  }
});

test("height that is left over goes where it is asked to", () => {
  const rect = { x: 0, y: 0, width: 100, height: 400 };
  const bounds = { minX: 0, minY: 0, maxX: 10, maxY: 10 };
  const high = fitCamera(bounds, rect, { side: 0, top: 50, bottom: 50, above: 0 });
  expect(toScreen(high, rect, 0, 0)[1]).toBeCloseTo(50);
  const centred = fitCamera(bounds, rect, { side: 0, top: 50, bottom: 50, above: 0.5 });
  expect(toScreen(centred, rect, 0, 5)[1]).toBeCloseTo(200);
});

test("one point or none still has a camera", () => {
  const rect = { x: 0, y: 0, width: 100, height: 100 };
  for (const positions of [new Float32Array(0), Float32Array.of(7, 8)]) {
    const { target, zoom } = fitCamera(boundsOf(positions), rect, { side: 10, top: 10, bottom: 10, above: 0.5 });
    expect([...target, zoom].every(Number.isFinite)).toBe(true);
  }
});

test("panning goes by pixels whatever the zoom, zooming keeps the middle", () => {
  const camera = { target: [0, 0] as const, zoom: 3 };
  expect(panBy(camera, 80, 0).target).toEqual([10, 0]);
  expect(zoomBy(camera, 1)).toEqual({ target: [0, 0], zoom: 4 });
});

test("a scale bar is a round length that fits and fills at least two fifths of its place", () => {
  for (let zoom = -8; zoom <= 6; zoom += 0.37) {
    const { microns, pixels } = scaleBar(2 ** zoom, 120);
    expect(pixels).toBeLessThanOrEqual(120.001);
    expect(pixels).toBeGreaterThan(47);
    expect([1, 2, 5]).toContain(Number(microns.toExponential()[0]));
  }
});
