import { describe, expect, test } from "vitest";
import { simulateSlice } from "../simulate/simulate-slice";
import { takeSections } from "./take-sections";
import { tinySlice } from "./testing/tiny-slice";
import { stringAt } from "./utf8-column";
import { validateSlice } from "./validate";

describe("takeSections", () => {
  test("keeps the rows, names, positions and labels of a section's cells", () => {
    const taken = takeSections(tinySlice(), ["S2"]);
    expect(taken.nObs).toBe(2);
    expect(taken.X).toEqual({
      indptr: Uint32Array.of(0, 2, 3),
      indices: Uint16Array.of(0, 1, 2),
      data: Uint8Array.of(3, 3, 4),
    });
    expect([0, 1].map((i) => stringAt(taken.obsNames, i))).toEqual(["c", "d"]);
    expect(taken.spatial).toEqual(Float32Array.of(0, 0, 10, 0));
    expect(taken.obs[0]).toMatchObject({ codes: Int8Array.of(-1, 1), categories: ["L1", "WM"] });
    expect(taken.obs[1]).toMatchObject({ values: Float32Array.of(Number.NaN, 2) });
    expect(taken.section).toEqual({ codes: Int8Array.of(0, 0), names: ["S2"] });
  });

  test("numbers sections in the order asked for, and gives a slice that is whole", () => {
    const slice = simulateSlice({ tissue: "cortex", nCells: 300, nGenes: 20, nSections: 3, seed: 1 });
    const taken = takeSections(slice, [slice.section.names[2], slice.section.names[0]]);
    expect(validateSlice(taken).nObs).toBe(taken.nObs);
    let at = 0;
    slice.section.codes.forEach((code, i) => {
      if (code === 1) return;
      expect(taken.section.codes[at]).toBe(code === 2 ? 0 : 1);
      expect(stringAt(taken.obsNames, at)).toBe(stringAt(slice.obsNames, i));
      at++;
    });
    expect(at).toBe(taken.nObs);
  });

  test("is the slice itself where all are kept, and names a section that is not there", () => {
    const slice = tinySlice();
    expect(takeSections(slice, null)).toBe(slice);
    expect(() => takeSections(slice, ["S9"])).toThrow('tiny has no section "S9"');
  });
});
