import { describe, expect, it } from "vitest";
import { createRng } from "../../random";
import { drawLabels } from "./label-fraction";

const n = 3000;
const rng = createRng(4);
// class c is about twice as common as class c + 1; a twentieth has no label
const codes = Int32Array.from({ length: n }, () => (rng() < 0.05 ? -1 : Math.min(7, Math.floor(-Math.log2(rng())))));
codes[17] = 8; // a class of one cell
const sectionCodes = Int8Array.from({ length: n }, (_, i) => (i < 500 ? 0 : i < 2000 ? 1 : 2));
const trainable = Uint8Array.from(sectionCodes, (s) => (s === 2 ? 0 : 1));
const draw = (fraction: number, seed = 0) => drawLabels(codes, { trainable, sectionCodes, fraction, seed });
const all = draw(1);

describe("label fractions", () => {
  it("all are all labelled cells of the training sections, ascending", () => {
    const expected = [...codes.keys()].filter((i) => codes[i] >= 0 && trainable[i]);
    expect([...all]).toEqual(expected);
  });

  it("smaller sets lie within larger ones, and have the size asked for", () => {
    let smaller = new Set<number>();
    for (const fraction of [0.01, 0.05, 0.1, 400, 0.5, 1]) {
      const cells = draw(fraction, 3);
      expect(cells.length).toBe(fraction <= 1 ? Math.round(fraction * all.length) : fraction);
      const set = new Set(cells);
      expect([...smaller].every((i) => set.has(i))).toBe(true);
      smaller = set;
    }
  });

  it("every class that occurs keeps a cell, and other classes about their share", () => {
    const classes = new Set(Array.from(all, (i) => codes[i]));
    const cells = draw(0.02);
    expect(new Set(Array.from(cells, (i) => codes[i]))).toEqual(classes);
    expect(draw(0.0001).length).toBe(classes.size);
    const share = (some: Uint32Array) => some.filter((i) => codes[i] === 0).length / some.length;
    expect(Math.abs(share(draw(0.3)) - share(all))).toBeLessThan(0.07);
  });

  it("every section gives its share", () => {
    const cells = draw(0.1);
    const ofFirst = cells.filter((i) => sectionCodes[i] === 0).length / cells.length;
    expect(Math.abs(ofFirst - 0.25)).toBeLessThan(0.03);
  });

  it("the same seed draws the same cells, another seed others", () => {
    expect(draw(0.1, 5)).toEqual(draw(0.1, 5));
    expect(draw(0.1, 5)).not.toEqual(draw(0.1, 6));
  });

  it("says what it refuses", () => {
    for (const wrong of [0, -1, 2.5, Number.NaN]) expect(() => draw(wrong)).toThrowError(/Labels: expected a share/);
  });
});
