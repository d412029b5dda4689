import { expect, test } from "vitest";
import { createRng, normal } from "../random";
import { fitSoftmax } from "./softmax-regression";

test("a row of weight 3 counts as three rows", () => {
  const rng = createRng(1);
  const [n, d, nClasses] = [30, 4, 3];
  const codes = Int32Array.from({ length: n }, (_, i) => i % nClasses);
  const x = Float32Array.from({ length: n * d }, (_, e) => normal(rng) + Number(e % d === codes[Math.floor(e / d)]));
  const weights = Float64Array.from({ length: n }, (_, i) => (i % 4 === 1 ? 3 : 1));
  const rows = Array.from(weights).flatMap((weight, i) => new Array<number>(weight).fill(i));
  const repeated = {
    x: Float32Array.from(rows.flatMap((i) => [...x.subarray(i * d, (i + 1) * d)])),
    codes: Int32Array.from(rows, (i) => codes[i]),
  };
  const of = { d, nClasses, tolerance: 1e-9 };
  const weighed = fitSoftmax(x, codes, { ...of, n, C: 0.5, weights });
  // the penalty counts rows, of which there are more
  const long = fitSoftmax(repeated.x, repeated.codes, { ...of, n: rows.length, C: (0.5 * n) / rows.length });
  const alike = fitSoftmax(x, codes, { ...of, n, C: 0.5 });
  weighed.weights.forEach((w, e) => {
    expect(w).toBeCloseTo(long.weights[e], 6);
  });
  expect(Math.abs(weighed.weights[0] - alike.weights[0])).toBeGreaterThan(1e-3);
  const doubled = fitSoftmax(x, codes, { ...of, n, C: 0.5, weights: weights.map((w) => 2 * w) });
  expect(doubled.weights[0]).toBeCloseTo(weighed.weights[0], 9);
  expect(() => fitSoftmax(x, codes, { ...of, n, weights: [1] })).toThrowError(/weights/);
});
