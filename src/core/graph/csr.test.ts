import { describe, expect, it } from "vitest";
import { createRng, integer } from "../random";
import { type Csr, transpose, validateCsr } from "./csr";

function randomCsr(seed: number): Csr {
  const rng = createRng(seed);
  const nRows = 1 + integer(rng, 20);
  const nCols = 1 + integer(rng, 20);
  const indptr = [0];
  const indices: number[] = [];
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nCols; j++) if (rng() < 0.2) indices.push(j);
    indptr.push(indices.length);
  }
  const data = Float32Array.from(indices, () => rng());
  return { nRows, nCols, indptr: Uint32Array.from(indptr), indices: Uint32Array.from(indices), data };
}

describe("transpose", () => {
  it("twice is the matrix again, and says where each entry came from", () => {
    for (let seed = 0; seed < 20; seed++) {
      const a = randomCsr(seed);
      const { from, ...t } = transpose(a);
      validateCsr(t);
      expect(Array.from(from, (e) => a.data[e])).toEqual([...t.data]);
      const { from: back, ...twice } = transpose(t);
      expect(twice).toEqual(a);
      expect(Array.from(back, (e) => from[e])).toEqual([...a.indices.keys()]);
    }
  });
});

describe("validateCsr", () => {
  it("names what is wrong", () => {
    const good = {
      nRows: 2,
      nCols: 2,
      indptr: Uint32Array.of(0, 1, 2),
      indices: Uint32Array.of(0, 1),
      data: Float32Array.of(1, 1),
    };
    expect(() => validateCsr(good)).not.toThrow();
    expect(() => validateCsr({ ...good, indptr: Uint32Array.of(0, 2) })).toThrow(/indptr has length 2, expected 3/);
    expect(() => validateCsr({ ...good, indptr: Uint32Array.of(0, 1, 3) })).toThrow(/indptr ends at 3/);
    expect(() => validateCsr({ ...good, indptr: Uint32Array.of(0, 3, 2) })).toThrow(/decreases at row 1/);
    expect(() => validateCsr({ ...good, indices: Uint32Array.of(0, 2) })).toThrow(/column 2 is outside/);
    expect(() => validateCsr({ ...good, data: Float32Array.of(1) })).toThrow(/data has length 1/);
  });
});
