import { expect, test } from "vitest";
import { duplicateNames, uniqueNames } from "./duplicates";
import { packStrings } from "./utf8-column";

test("names that came before are counted, whatever their letters", () => {
  expect(duplicateNames(packStrings(["a", "b", "", "ä", "b", "ä", "b", ""]))).toEqual({ count: 4, first: "b" });
  const many = Array.from({ length: 50_000 }, (_, i) => `cell-${i}`);
  expect(duplicateNames(packStrings(many))).toEqual({ count: 0, first: "" });
  expect(duplicateNames(packStrings([...many, "cell-77"]))).toEqual({ count: 1, first: "cell-77" });
});

test("gene names become unique without taking a name that another gene has", () => {
  expect(uniqueNames(["A", "A", "A-1", "A", "B"])).toEqual(["A", "A-2", "A-1", "A-3", "B"]);
  const fine = ["A", "B"];
  expect(uniqueNames(fine)).toBe(fine);
});
