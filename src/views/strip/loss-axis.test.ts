import { expect, test } from "vitest";
import { spansDecade } from "./loss-axis";

test("a log axis is for positive curves over a decade or more", () => {
  expect(spansDecade([1, 0.5, 0.2])).toBe(false);
  expect(spansDecade([1, 0.5, 0.1])).toBe(true);
  expect(spansDecade([1, 0, 0.01])).toBe(false);
  expect(spansDecade([])).toBe(false);
});
