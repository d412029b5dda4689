import { expect, test } from "vitest";
import { notCategories, withoutUnlabelled } from "./unlabelled";

const column = {
  kind: "categorical" as const,
  name: "layer",
  codes: Int8Array.of(0, 1, 2, 3, -1, 4),
  categories: ["L1", "NA", "nan", "Ambiguous", ""],
};

test("categories that mean unlabelled become missing, and are named", () => {
  const { label, leftOut } = withoutUnlabelled(column);
  expect([...label.codes]).toEqual([0, -1, -1, 3, -1, -1]);
  expect(leftOut).toEqual(["NA", "nan", ""]);
});

test("others are left out only when asked, by their exact name", () => {
  expect([...withoutUnlabelled(column, ["Ambiguous"]).label.codes]).toEqual([0, -1, -1, -1, -1, -1]);
  expect(withoutUnlabelled(column, ["ambiguous"]).leftOut).not.toContain("Ambiguous");
});

test("a name to leave out that is no category is told, with those there are", () => {
  expect(notCategories("layer", ["Ambiguous", "NA"], column.categories)).toEqual([]);
  expect(notCategories("layer", ["Ambig"], ["L1", "Ambiguous"])).toEqual([
    'layer has no category "Ambig" to leave out; it has L1, Ambiguous.',
  ]);
});
