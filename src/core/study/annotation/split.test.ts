import { describe, expect, it } from "vitest";
import { createRng } from "../../random";
import { ROLE } from "../../train/cell-roles";
import { compositionOf, heldOutSection, ofClasses, sectionImbalance, sectionsWithClasses } from "./held-out-section";
import { splitCells, splitSectionsOf, validationSections } from "./split";

/** Cells of `nSections` sections, uniform in squares. */
function tissue(nSections: number, each: number) {
  const rng = createRng(3);
  const sections = Int8Array.from({ length: nSections * each }, (_, i) => Math.floor(i / each));
  return { sections, positions: Float32Array.from({ length: 2 * nSections * each }, () => 1000 * rng()) };
}

describe("the held-out section", () => {
  it("is the one whose numbers of each class lie nearest to the mean over sections", () => {
    // classes (2) by sections (3): means are 20 and 12
    const composition = { nSections: 3, nClasses: 2, counts: Uint32Array.of(10, 20, 22, 10, 28, 6) };
    expect([...sectionImbalance(composition)]).toEqual([18, 4, 14]);
    expect(heldOutSection(composition)).toBe(1);
  });

  it("is counted from labels and sections; cells without either are left out", () => {
    const labels = Int8Array.of(0, 1, -1, 1, 0, 1);
    const sections = Int8Array.of(0, 0, 0, 1, -1, 1);
    const { counts } = compositionOf(labels, sections, { nSections: 2, nClasses: 2 });
    expect([...counts]).toEqual([1, 1, 0, 2]);
  });

  it("is chosen by classes: what says that a type is not known is none, unless a person takes it for one", () => {
    const categories = ["Neuron", "Ambiguous", "NA", "Glia"];
    const counts = Uint32Array.of(10, 60, 5, 10, 14, 24, 5, 14, 30, 63, 5, 30);
    const composition = { nSections: 3, nClasses: 4, counts };
    // means of 18 and 18, and of 49 Ambiguous
    expect([...sectionImbalance(ofClasses(composition, categories))]).toEqual([16, 8, 24]);
    expect(heldOutSection(ofClasses(composition, categories))).toBe(1);
    expect(heldOutSection(ofClasses(composition, categories, ["Ambiguous"]))).toBe(1);
    expect([...sectionImbalance(ofClasses(composition, categories, []))]).toEqual([27, 33, 38]);
    expect(heldOutSection(ofClasses(composition, categories, []))).toBe(0);
    expect(sectionsWithClasses(ofClasses(composition, categories, ["Neuron", "Ambiguous", "Glia"]))).toEqual([]);
  });

  it("is the first of equals, never one without labels, and needs another to learn from", () => {
    expect(heldOutSection({ nSections: 2, nClasses: 1, counts: Uint32Array.of(4, 8) })).toBe(0);
    // the unlabelled section is nearest to the mean of 2 and cannot be scored
    expect(heldOutSection({ nSections: 3, nClasses: 1, counts: Uint32Array.of(0, 1, 5) })).toBe(1);
    expect(() => heldOutSection({ nSections: 2, nClasses: 1, counts: Uint32Array.of(4, 0) })).toThrow(/at least two/);
  });
});

describe("training, validation and test", () => {
  it("by section: 58 sections give 12 to validate on, and a section is never divided", () => {
    const { sections } = tissue(59, 7);
    const roles = splitCells(
      { sections },
      { testSections: [30], validation: "section", validationShare: 0.2, seed: 5 },
    );
    const ofSection = Array.from({ length: 59 }, (_, s) => new Set(roles.subarray(7 * s, 7 * s + 7)));
    expect(ofSection.every((held) => held.size === 1)).toBe(true);
    const count = (role: number) => ofSection.filter((held) => held.has(role)).length;
    expect([count(ROLE.train), count(ROLE.validation), count(ROLE.test)]).toEqual([46, 12, 1]);
    expect(ofSection[30].has(ROLE.test)).toBe(true);
  });

  it("the draw follows from the seed alone", () => {
    const share = { validationShare: 0.2 };
    const codes = Array.from({ length: 20 }, (_, i) => i);
    const drawn = validationSections(codes, { ...share, seed: 1 });
    expect(validationSections([...codes].reverse(), { ...share, seed: 1 })).toEqual(drawn);
    expect(validationSections(codes, { ...share, seed: 2 })).not.toEqual(drawn);
    expect(validationSections([4, 9], { ...share, seed: 1 })).toHaveLength(1);
  });

  it("by block: a fifth of each section that is not tested on, in few connected pieces", () => {
    const { sections, positions } = tissue(3, 1000);
    const recipe = { testSections: [1], validation: "block", validationShare: 0.2, seed: 2 } as const;
    const roles = splitCells({ sections, positions }, recipe);
    expect(new Set(roles.subarray(1000, 2000))).toEqual(new Set([ROLE.test]));
    for (const from of [0, 2000]) {
      const part = roles.subarray(from, from + 1000);
      expect(part.filter((role) => role === ROLE.validation)).toHaveLength(200);
      expect(part.filter((role) => role === ROLE.train)).toHaveLength(800);
      // a cell's nearest shares its role far more often than the 68 % of a draw by cell
      let same = 0;
      for (let i = 0; i < 1000; i++) same += roles[from + nearest(positions, from, i)] === part[i] ? 1 : 0;
      expect(same).toBeGreaterThan(900);
    }
    expect(splitCells({ sections, positions }, recipe)).toEqual(roles);
    expect(splitCells({ sections, positions }, { ...recipe, seed: 3 })).not.toEqual(roles);
  });

  it("refuses what leaves nothing to train on, in words", () => {
    const { sections, positions } = tissue(2, 30);
    const recipe = { testSections: [0], validation: "section", validationShare: 0.2, seed: 1 } as const;
    expect(() => splitCells({ sections }, recipe)).toThrow(/one section is left/);
    expect(() => splitCells({ sections }, { ...recipe, testSections: [7] })).toThrow(/numbered 7/);
    expect(() => splitCells({ sections }, { ...recipe, validationShare: 1 })).toThrow(/between 0 and 1/);
    const all = { ...recipe, testSections: [0, 1], validation: "block" } as const;
    expect(() => splitCells({ sections, positions }, all)).toThrow(/none is left/);
  });
});

function nearest(positions: Float32Array, from: number, i: number): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < 1000; j++) {
    const [dx, dy] = [0, 1].map((axis) => positions[2 * (from + i) + axis] - positions[2 * (from + j) + axis]);
    if (j === i || dx * dx + dy * dy >= least) continue;
    [best, least] = [j, dx * dx + dy * dy];
  }
  return best;
}

describe("splitSectionsOf", () => {
  it("divides whole sections so that each has one role, and validates only where two are left to train on", () => {
    for (const [nSections, test, nValidation] of [
      [2, [], 0],
      [3, [], 1],
      [3, [1], 0],
      [11, [4], 2],
    ] as const) {
      const split = splitSectionsOf(nSections, test, 5);
      const all = [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: nSections }, (_, s) => s));
      expect(split.validation).toHaveLength(nValidation);
      expect(split.test).toEqual(test);
    }
    const seeds = [0, 1, 2, 3].map((seed) => splitSectionsOf(20, [], seed).validation.join());
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });
});
