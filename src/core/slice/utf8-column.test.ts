import { expect, test } from "vitest";
import { findString, packStrings, stringAt } from "./utf8-column";

const names = ["a", "", "čaj", "bb", "a", "bbb"];

test("packed strings come back, also empty ones and ones of several bytes a letter", () => {
  const column = packStrings(names);
  expect(names.map((_, i) => stringAt(column, i))).toEqual(names);
});

test("a string is found by its whole text alone, the first of equal ones", () => {
  const column = packStrings(names);
  expect(["a", "", "čaj", "bb", "bbb", "b", "bbbb"].map((n) => findString(column, n))).toEqual([0, 1, 2, 3, 5, -1, -1]);
});
