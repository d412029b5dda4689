import { describe, expect, test } from "vitest";
import { createRng, integer } from "../random";
import { fitNormalization, type NormalizeRecipe } from "./normalize";
import { geneMoments, medianTotal, tallyTotals } from "./statistics";

/** Cells [from, to) of one tissue of 90 cells and 7 genes, with an empty cell and a gene that no cell has. */
function part(from: number, to: number) {
  const rng = createRng(11);
  const [indptr, indices, data] = [[0], [] as number[], [] as number[]];
  for (let i = 0; i < 90; i++) {
    for (let j = 0; j < 6; j++) {
      const [has, count] = [rng() < 0.5 && i !== 40, 1 + integer(rng, 3 + i)];
      if (!has || i < from || i >= to) continue;
      indices.push(j);
      data.push(count);
    }
    if (i >= from && i < to) indptr.push(indices.length);
  }
  const X = { indptr: Uint32Array.from(indptr), indices: Uint16Array.from(indices), data: Uint8Array.from(data) };
  return { X, nObs: to - from, nVars: 7, countState: "counts" as const };
}

const parts = [part(0, 13), part(13, 70), part(70, 90)];
const recipe: NormalizeRecipe = { targetSum: "median", log1p: true, scale: true, center: true };
const whole = fitNormalization(part(0, 90), recipe);

describe("statistics over parts are those of the whole", () => {
  test("the median total, to the last bit", () => {
    const tally = new Map<number, number>();
    for (const one of parts) tallyTotals(one, tally);
    expect(medianTotal(tally)).toBe(whole.statistics.targetSum);
    expect(
      medianTotal(
        new Map([
          [3, 2],
          [8, 2],
        ]),
      ),
    ).toBe(5.5);
    expect(medianTotal(new Map())).toBeNull();
  });

  test("mean and deviation of every gene, and with them every cell's numbers", () => {
    const { targetSum } = whole.statistics;
    const moments = geneMoments(7, { targetSum, log1p: true });
    for (const one of parts) moments.add(one);
    const { geneMeans, inverseDeviations } = moments.result();
    for (let j = 0; j < 7; j++) {
      expect(geneMeans[j]).toBeCloseTo(whole.statistics.geneMeans?.[j] as number, 12);
      expect(inverseDeviations[j]).toBeCloseTo(whole.statistics.inverseDeviations?.[j] as number, 12);
    }
    const fitted = parts.map((one) => fitNormalization(one, recipe, { targetSum, geneMeans, inverseDeviations }));
    for (const field of ["sizeFactors", "rowSquares"] as const) {
      const joined = fitted.flatMap((one) => [...one[field]]);
      for (const [i, v] of joined.entries()) expect(v).toBeCloseTo(whole[field][i], 4);
    }
    for (const one of fitted)
      for (let j = 0; j < 7; j++) expect(one.centers?.[j]).toBeCloseTo(whole.centers?.[j] as number, 6);
  });
});

test("a part's own statistics are others, and a slice told its own again is normalised the same", () => {
  const own = fitNormalization(parts[2], recipe);
  expect(own.statistics.targetSum).not.toBe(whole.statistics.targetSum);
  expect(fitNormalization(parts[2], recipe, own.statistics)).toEqual(own);
  expect(fitNormalization(parts[2], recipe, whole.statistics).sizeFactors).not.toEqual(own.sizeFactors);
});
