import { describe, expect, test } from "vitest";
import { LabError } from "../errors";
import type { Slice } from "./slice";
import { tinySlice } from "./testing/tiny-slice";
import { packStrings } from "./utf8-column";
import { validateSlice } from "./validate";

const withX = (X: Partial<Slice["X"]>, more: Partial<Slice> = {}) =>
  tinySlice({ X: { ...tinySlice().X, ...X }, ...more });
const fails = (slice: Slice): LabError => {
  try {
    validateSlice(slice);
  } catch (thrown) {
    return thrown as LabError;
  }
  throw new Error("it passed");
};

describe("a slice", () => {
  test("in order passes as the same object", () => {
    const slice = tinySlice();
    expect(validateSlice(slice)).toBe(slice);
  });

  test("with cells nowhere says how many and which is the first", () => {
    const error = fails(
      tinySlice({ spatial: Float32Array.of(0, 0, Number.NaN, 0, 1, 1, 1, Number.NEGATIVE_INFINITY) }),
    );
    expect(error).toBeInstanceOf(LabError);
    expect(error.code).toBe("range");
    expect(error.message).toBe("tiny: 2 of 4 cells have NaN or infinite coordinates, first b.");
  });

  test("with values that are no counts names the first cell that has one", () => {
    const data = (v: number) => withX({ data: Float32Array.of(5, 1, 2, v, 3, 4) });
    expect(fails(data(-1)).message).toMatch(/negative values \(-1\), first in cell c/);
    expect(fails(data(Number.NaN)).message).toMatch(/NaN or infinite values, first in cell c/);
    expect(fails(data(0.5)).message).toMatch(/decimals \(0\.5\) where counts are needed, first in cell c/);
    expect(validateSlice({ ...data(0.5), countState: "log1p" }).provenance.notes.join()).toMatch(
      /log1p of counts, not counts/,
    );
  });

  test("with a damaged matrix is refused", () => {
    expect(fails(withX({ indptr: Uint32Array.of(0, 3, 2, 5, 6) })).message).toMatch(/row offsets decrease at cell 1/);
    expect(fails(withX({ indptr: Uint32Array.of(0, 2, 3, 5, 7) })).message).toMatch(/rows end at entry 7, there are 6/);
    expect(fails(withX({ indptr: Uint32Array.of(0, 6) })).message).toMatch(/2 row offsets for 4 cells/);
    expect(fails(withX({ indices: Uint16Array.of(0, 2, 1, 0, 9, 2) })).message).toMatch(
      /gene number 9 where there are 3 genes/,
    );
    expect(fails(withX({ data: Uint8Array.of(1) })).message).toMatch(/1 values and 6 gene numbers/);
  });

  test("with genes out of order, repeated or stored as zero is put in order, and says so", () => {
    const given = withX({
      indptr: Uint32Array.of(0, 3, 4, 6, 6),
      indices: Uint16Array.of(2, 0, 2, 1, 1, 0),
      data: Uint8Array.of(200, 5, 100, 0, 3, 7),
    });
    const { X, provenance } = validateSlice(given);
    expect(X).toEqual({
      indptr: Uint32Array.of(0, 2, 2, 4, 4),
      indices: Uint16Array.of(0, 2, 0, 1),
      data: Float32Array.of(5, 300, 7, 3), // the sum outgrew a byte
    });
    expect(provenance.notes.join()).toMatch(/put in order/);
    expect(given.X.data[0]).toBe(200); // what was handed in is as it was
  });

  test("with names that occur twice keeps those of cells and makes those of genes unique", () => {
    const slice = validateSlice(
      tinySlice({ obsNames: packStrings(["a", "b", "a", "a"]), varNames: ["G", "G", "G-1"] }),
    );
    expect(slice.varNames).toEqual(["G", "G-2", "G-1"]);
    expect(slice.provenance.notes).toEqual([
      '2 cell names occurred before, first "a"; the names are kept.',
      '1 gene name occurred before, first "G"; made unique as scanpy does ("G-1").',
    ]);
  });

  test("passed twice says everything once", () => {
    const once = validateSlice(tinySlice({ obsNames: packStrings(["a", "b", "a", "a"]) }));
    expect(validateSlice(once)).toBe(once);
  });

  test("without cells, with one, without genes, or with arrays that disagree is refused", () => {
    expect(fails(tinySlice({ nObs: 0 })).message).toMatch(/has no cells/);
    expect(fails(tinySlice({ nObs: 1 })).message).toMatch(/has a single cell/);
    expect(fails(tinySlice({ nVars: 0 })).message).toMatch(/has no genes/);
    expect(fails(tinySlice({ varNames: ["G0"] })).message).toMatch(/gene names has 1 values, expected 3/);
    expect(fails(tinySlice({ obs: [{ kind: "numeric", name: "d", values: new Float32Array(3) }] })).message).toMatch(
      /obs column d has 3 values, expected 4/,
    );
  });
});
