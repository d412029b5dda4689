import { expect, test } from "vitest";
import { summarize } from "./summary";
import { tinySlice } from "./testing/tiny-slice";

test("a summary counts what is there and what is missing, in plain data", () => {
  const summary = summarize(tinySlice({ unit: { name: "pixel", micronsPerUnit: 0.5, origin: "set" } }));
  expect(JSON.parse(JSON.stringify(summary))).toEqual({
    name: "tiny",
    nObs: 4,
    nVars: 3,
    nnz: 6,
    totalCounts: 18,
    countState: "counts",
    matrix: "X",
    unit: { name: "pixel", micronsPerUnit: 0.5, origin: "set" },
    medianNeighbourDistance: 5,
    sections: [
      { name: "S1", cells: 2 },
      { name: "S2", cells: 2 },
    ],
    obs: [
      {
        name: "layer",
        kind: "categorical",
        categories: [
          { name: "L1", cells: 1 },
          { name: "WM", cells: 2 },
        ],
        missing: 1,
      },
      { name: "depth", kind: "numeric", min: 0.5, max: 2, missing: 1 },
    ],
    notes: [],
  });
});

test("a column without any value has no range", () => {
  const values = new Float32Array(4).fill(Number.NaN);
  const { obs } = summarize(tinySlice({ obs: [{ kind: "numeric", name: "empty", values }] }));
  expect(obs).toEqual([{ name: "empty", kind: "numeric", min: null, max: null, missing: 4 }]);
});
