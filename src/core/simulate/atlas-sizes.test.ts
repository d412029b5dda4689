import { expect, test } from "vitest";
import { cellsOf } from "../collection/testing/cells";
import { ATLAS, atlasSizes } from "./atlas-sizes";
import { simulateSections, simulateSlice } from "./simulate-slice";
import { createSimulation } from "./simulation";

test("the atlas has the paper's cells, and its smallest and largest section", () => {
  const sizes = atlasSizes();
  expect(sizes).toHaveLength(59);
  expect(sizes.reduce((a, b) => a + b, 0)).toBe(4_334_174);
  expect(Math.min(...sizes)).toBe(14_878);
  expect(Math.max(...sizes)).toBe(130_112);
});

test.each([1, 4, 16, 58])("%i of its sections are among them, with the largest, and of about its mean size", (n) => {
  const all = atlasSizes();
  const some = atlasSizes(n);
  expect(some).toHaveLength(n);
  expect(some.every((size) => all.includes(size))).toBe(true);
  expect(Math.max(...some)).toBe(ATLAS.largest);
  const mean = some.reduce((a, b) => a + b, 0) / n;
  if (n > 1) expect(Math.abs(mean / (ATLAS.nCells / 59) - 1)).toBeLessThan(0.25);
});

test("sections of unequal size drawn one by one are those of the whole", () => {
  const options = { tissue: "hypothalamus", nGenes: 20, sectionCells: [40, 15, 25], seed: 3 } as const;
  const whole = simulateSlice(options);
  const sections = [...simulateSections(createSimulation(options))];
  expect(sections.map(({ nObs }) => nObs)).toEqual([40, 15, 25]);
  expect(sections.flatMap(cellsOf)).toEqual(cellsOf(whole));
  expect(sections[1].section.names).toEqual(["section_2"]);
  expect(() => simulateSlice({ ...options, sectionCells: [40, 9] })).toThrow("sectionCells");
});
