import { expect, test } from "vitest";
import { labelCodes } from "./unlabelled";

test("cells without a label count as missing, however the file writes it", () => {
  const categories = ["L1", "NA", " nan ", "", "Ambiguous", "Nanog+"];
  const column = { codes: Int8Array.from([0, 1, 2, 3, 4, 5, -1, 0]), categories };
  expect([...labelCodes(column)]).toEqual([0, -1, -1, -1, 4, 5, -1, 0]);
  expect([...labelCodes(column, ["Ambiguous"])]).toEqual([0, -1, -1, -1, -1, 5, -1, 0]);
});
