import { expect, test } from "vitest";
import { createRng } from "../../core/random";
import { layoutSections } from "./section-layout";

function randomSections(seed: number, sizes: number[]) {
  const rng = createRng(seed);
  const codes: number[] = [];
  const points: number[] = [];
  sizes.forEach((size, s) => {
    const [x, y] = [1e6 * (rng() - 0.5), 1e6 * (rng() - 0.5)];
    for (let i = 0; i < size; i++) {
      codes.push(s);
      points.push(x + 1000 * rng(), y + 700 * rng());
    }
  });
  return { positions: Float32Array.from(points), section: { codes, names: sizes.map((_, s) => `s${s}`) } };
}

test("distances inside a section stay as they were", () => {
  for (let seed = 0; seed < 5; seed++) {
    const { positions, section } = randomSections(seed, [20, 30, 10]);
    const placed = layoutSections(positions, section).positions;
    for (const [a, b] of [
      [0, 7],
      [21, 49],
      [50, 59],
    ]) {
      const before = Math.hypot(positions[2 * a] - positions[2 * b], positions[2 * a + 1] - positions[2 * b + 1]);
      const after = Math.hypot(placed[2 * a] - placed[2 * b], placed[2 * a + 1] - placed[2 * b + 1]);
      expect(Math.abs(after - before)).toBeLessThan(0.01);
    }
  }
});

test("sections never overlap and the whole is centred", () => {
  const { positions, section } = randomSections(1, [50, 40, 30, 60, 20]);
  const { sections, width, height } = layoutSections(positions, section);
  for (const a of sections) {
    expect(a.left).toBeGreaterThanOrEqual(-width / 2 - 1e-3);
    expect(a.top + a.height).toBeLessThanOrEqual(height / 2 + 1e-3);
    for (const b of sections) {
      if (a === b) continue;
      const apart =
        a.left + a.width < b.left || b.left + b.width < a.left || a.top + a.height < b.top || b.top + b.height < a.top;
      expect(apart, `${a.name} and ${b.name}`).toBe(true);
    }
  }
});

const room = (width: number) => ({ frame: { left: 0, top: 0, width, height: 1 }, taken: [] });

test("a wide stage puts sections in one row, a tall one in one column", () => {
  const { positions, section } = randomSections(2, [40, 40, 40, 40]);
  const wide = layoutSections(positions, section, room(8));
  const tall = layoutSections(positions, section, room(0.1));
  expect(new Set(wide.sections.map((s) => Math.round(s.top / 100))).size).toBe(1);
  expect(tall.height).toBeGreaterThan(tall.width * 2);
});

test("where both lower corners are taken the last of four stands alone in the middle", () => {
  const { positions, section } = randomSections(2, [40, 40, 40, 40]);
  const taken = [
    { left: 0, top: 385, width: 330, height: 315 },
    { left: 670, top: 385, width: 330, height: 315 },
  ];
  const { sections } = layoutSections(positions, section, {
    frame: { left: 0, top: 0, width: 1000, height: 700 },
    taken,
  });
  const tops = sections.map((s) => Math.round(s.top / 100));
  expect(tops.slice(0, 3)).toEqual([tops[0], tops[0], tops[0]]);
  expect(tops[3]).toBeGreaterThan(tops[0]);
  expect(Math.abs(sections[3].left + sections[3].width / 2)).toBeLessThan(30);
});

test("a single section is only centred, a missing one takes no place, and no cells give nothing", () => {
  const one = layoutSections(Float32Array.of(5, 5, 15, 25), { codes: [1, 1], names: ["none", "b"] });
  expect([...one.positions]).toEqual([-5, -10, 5, 10]);
  expect(one.sections).toHaveLength(1);
  expect(layoutSections(new Float32Array(0), { codes: [], names: ["a"] }).sections).toEqual([]);
});
