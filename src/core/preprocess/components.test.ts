import { describe, expect, it } from "vitest";
import { expressionPca } from "../study/baselines/expression-pca";
import { smallTissue } from "../testing/small-tissue";
import { networkInput } from "./components";
import { normalizeExpression } from "./normalize";

const { slice } = smallTissue({ nVars: 12 });
const recipe = { targetSum: "median", log1p: true, scale: true, center: true, components: 5 } as const;

/** Column c of the components, as the rows of counts hold it. */
const column = (input: ReturnType<typeof networkInput>, c: number) =>
  Float64Array.from({ length: slice.nObs }, (_, i) => input.raw.X.data[i * input.raw.nVars + c]);

describe("components in place of genes", () => {
  const input = networkInput(slice, recipe);

  it("are the scores of a PCA of standardised genes, each of mean 0 and variance 1", () => {
    const { scores, variance } = expressionPca(slice, { nComponents: 5 });
    for (let c = 0; c < 5; c++) {
      const z = column(input, c);
      const mean = z.reduce((sum, v) => sum + v, 0) / slice.nObs;
      expect(Math.abs(mean)).toBeLessThan(1e-5);
      expect(z.reduce((sum, v) => sum + v * v, 0) / (slice.nObs - 1)).toBeCloseTo(1, 4);
      z.forEach((v, i) => {
        expect(v).toBeCloseTo(scores[i * 5 + c] / Math.sqrt(variance[c]), 4);
      });
    }
    expect(input.raw.nVars).toBe(5);
    const { rowSquares } = input.normalization;
    expect(rowSquares[3]).toBeCloseTo(
      [0, 1, 2, 3, 4].reduce((sum, c) => sum + column(input, c)[3] ** 2, 0),
      3,
    );
  });

  it("lead back to the genes, wholly where there are as many as genes", () => {
    const all = networkInput(slice, { ...recipe, components: 12 });
    const { x } = normalizeExpression(slice, { ...recipe, center: false });
    const size = all.raw.nVars;
    const cell = 7;
    const genes = all.toGenes?.(all.raw.X.data.slice(cell * size, (cell + 1) * size) as Float32Array);
    const expected = new Float32Array(slice.nVars);
    for (let e = x.indptr[cell]; e < x.indptr[cell + 1]; e++) expected[x.indices[e]] = x.data[e];
    expected.forEach((v, j) => {
      expect(genes?.[j]).toBeCloseTo(v, 3);
    });
  });

  it("of other cells are those of the cells they were fitted on", () => {
    const again = networkInput(slice, recipe, input.normalization.statistics);
    expect(again.raw.X.data).toEqual(input.raw.X.data);
    const alone = { ...slice, nObs: 40, X: { ...slice.X, indptr: slice.X.indptr.slice(0, 41) } };
    const part = networkInput(alone, recipe, input.normalization.statistics);
    part.raw.X.data.forEach((v, e) => {
      expect(v).toBeCloseTo(input.raw.X.data[e], 5);
    });
    expect(() => networkInput(smallTissue({ nVars: 7 }).slice, recipe, input.normalization.statistics)).toThrowError();
  });

  it("are as few as there are directions, and none where nothing varies", () => {
    const wide = networkInput(slice, { ...recipe, components: 100 });
    expect(wide.raw.nVars).toBeLessThanOrEqual(12);
    expect(wide.normalization.notes.join()).toMatch(/Only \d+ components/);
    const flat = { ...slice, X: { ...slice.X, data: slice.X.data.slice().fill(0) } };
    expect(() => networkInput({ ...flat, countState: "log1p" }, recipe)).toThrowError(/no gene varies/);
  });

  it("are the genes themselves where the recipe asks for none", () => {
    const { raw, toGenes } = networkInput(slice, { targetSum: "median", log1p: true, scale: false });
    expect(raw.X).toBe(slice.X);
    expect(toGenes).toBeNull();
  });
});
