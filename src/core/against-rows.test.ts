import { expect, test } from "vitest";
import { addDotProducts, squaredDistances } from "./against-rows";
import { createRng } from "./random";

test.each([1, 2, 3, 4, 5, 8, 11])("against %i rows each sum has the bits of a plain loop", (n) => {
  const rng = createRng(n);
  const d = 7;
  const at = 3;
  const x = Float32Array.from({ length: at + d }, () => rng() - 0.5);
  const rows = Float64Array.from({ length: n * d }, () => rng() - 0.5);
  const before = Float64Array.from({ length: n }, () => rng());
  const squares = new Float64Array(n);
  const dots = before.slice();
  squaredDistances({ x, at, rows, n, d }, squares);
  addDotProducts({ x, at, rows, n, d }, dots);
  for (let r = 0; r < n; r++) {
    let [square, dot] = [0, before[r]];
    for (let j = 0; j < d; j++) {
      const diff = x[at + j] - rows[r * d + j];
      square += diff * diff;
      dot += x[at + j] * rows[r * d + j];
    }
    expect([squares[r], dots[r]]).toEqual([square, dot]);
  }
});
