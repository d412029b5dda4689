import { expect, test } from "vitest";
import { emptyCountValues, putValues } from "./count-values";

test("counts take the narrowest type that holds all of them exactly", () => {
  const put = (...pieces: number[][]) => {
    const values = emptyCountValues(pieces.flat().length);
    let at = 0;
    for (const piece of pieces) {
      putValues(values, piece, at);
      at += piece.length;
    }
    return values;
  };
  expect(put([1, 255], [0]).data).toEqual(Uint8Array.of(1, 255, 0));
  expect(put([1, 255], [256], [3]).data).toEqual(Uint16Array.of(1, 255, 256, 3));
  expect(put([1], [65_536], [2]).data).toEqual(Float32Array.of(1, 65_536, 2));
  expect(put([300], [0.5], [2]).data).toEqual(Float32Array.of(300, 0.5, 2));
  expect(put([1, -1], [0.5, Number.NaN])).toMatchObject({ negative: 1, fractional: 2 });
});
