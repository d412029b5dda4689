import { expect, test } from "vitest";
import { createRng } from "../../core/random";
import { type Box, type Fit, fitAround } from "./fit-around";

const frame: Box = { left: 32, top: 88, width: 768, height: 616 };
const legend: Box = { left: 0, top: 386, width: 252, height: 350 };
const docked: Box = { left: 542, top: 402, width: 290, height: 334 };
const square = (left: number, top: number): Box => ({ left, top, width: 1, height: 1 });

const onScreen = (p: Box, { scale, x, y }: Fit): Box => ({
  ...{ left: scale * p.left + x, top: scale * p.top + y },
  ...{ width: scale * p.width, height: scale * p.height },
});
const meet = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;

test("no place lies under what is taken, nor out of the frame, nor does its name", () => {
  const rng = createRng(4);
  const nameHeight = 22;
  for (let seed = 0; seed < 20; seed++) {
    const columns = 1 + Math.floor(4 * rng());
    const n = 1 + Math.floor(6 * rng());
    const places = Array.from({ length: n }, (_, i) => square(1.1 * (i % columns), 1.1 * Math.floor(i / columns)));
    const fit = fitAround(places, { frame, taken: [legend, docked], nameHeight });
    if (!fit) continue;
    for (const place of places) {
      const seen = onScreen(place, fit);
      const withName = { ...seen, top: seen.top - nameHeight, height: seen.height + nameHeight };
      expect([legend, docked].filter((box) => meet(withName, box))).toEqual([]);
      expect(seen.left).toBeGreaterThanOrEqual(frame.left - 1e-6);
      expect(seen.left + seen.width).toBeLessThanOrEqual(frame.left + frame.width + 1e-6);
      expect(seen.top + seen.height).toBeLessThanOrEqual(frame.top + frame.height + 1e-6);
    }
  }
});

test("with nothing taken the frame is filled, in the middle of its width", () => {
  const fit = fitAround([square(5, 5)], { frame, taken: [] });
  expect(fit?.scale).toBeCloseTo(616);
  expect(onScreen(square(5, 5), fit as Fit).left).toBeCloseTo(32 + (768 - 616) / 2);
});

test("three above and one between two taken corners keep nearly the size that the frame allows", () => {
  const places = [square(0, 0), square(1.08, 0), square(2.16, 0), square(1.08, 1.08)];
  const alone = fitAround(places, { frame, taken: [] });
  const beside = fitAround(places, { frame, taken: [legend, docked], nameHeight: 22 });
  expect((beside as Fit).scale).toBeGreaterThan(0.9 * (alone as Fit).scale);
});

test("where all is taken there is no fit", () => {
  expect(fitAround([square(0, 0)], { frame, taken: [frame] })).toBeNull();
});
