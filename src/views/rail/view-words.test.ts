import { expect, test } from "vitest";
import { readFanOuts, viewWords } from "./view-words";

test("a view says what a step trains on, no further than the network looks", () => {
  expect(viewWords({ kind: "full" }, 2)).toBe("Each step trains on the whole graph.");
  expect(viewWords({ kind: "ego", hops: 3, batchSize: 64 }, 2)).toBe(
    "Each step trains on 64 cells, drawn at random, with all cells within 2 hops.",
  );
  expect(viewWords({ kind: "ego", hops: 1, batchSize: 1 }, 4)).toBe(
    "Each step trains on one cell, drawn at random, with all neighbours; deeper layers see no further.",
  );
  expect(viewWords({ kind: "sample", fanOuts: [10, 5], batchSize: 1000 }, 3)).toBe(
    "Each step trains on 1,000 cells, drawn at random, with at most 10, then 5, then 5 neighbours of each.",
  );
});

test("a list of neighbours is read with commas or spaces, and nothing else is", () => {
  expect(readFanOuts("10, 5")).toEqual([10, 5]);
  expect(readFanOuts(" 8 8 4 ")).toEqual([8, 8, 4]);
  for (const wrong of ["", "ten", "10, 0", "2.5", "1,2,3,4,5,6,7,8,9", "10001"]) expect(readFanOuts(wrong)).toBeNull();
});
