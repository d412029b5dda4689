import { expect, test } from "vitest";
import { surveySections } from "../../core/collection/collection";
import { splitSections } from "../../core/collection/split-sections";
import { memoryStore } from "../../core/collection/testing/memory-store";
import { writeArrow } from "../../core/io/arrow";
import { memorySource } from "../../core/io/byte-source";
import { streamSlice } from "../../core/io/open-slice";
import { simulateSlice } from "../../core/simulate/simulate-slice";
import type { CategoricalColumn } from "../../core/slice/slice";
import { inks, type Mark } from "../studies/figure/figure";
import { collectionParts, labelsOf, sectionParts } from "./composition";
import { compositionChart } from "./composition-chart";
import { epochLosses } from "./epoch-losses";

const slice = simulateSlice({ tissue: "cortex", sectionCells: [120, 60, 90], nGenes: 20, seed: 2 });

/** A label of 60 categories, of which the first is the commonest; every tenth cell has none. */
const fine: CategoricalColumn = {
  kind: "categorical",
  name: "cluster",
  codes: Int8Array.from({ length: 270 }, (_, i) => (i % 10 === 0 ? -1 : i % 3 === 0 ? 0 : i % 60)),
  categories: Array.from({ length: 60 }, (_, k) => `c${k}`),
};

test("labels come from the coarsest to the finest", () => {
  const sizes = labelsOf(slice).map(({ categories }) => categories.length);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
});

test("every cell of a section is in one part, the same parts in every section, the commonest first", () => {
  for (const column of [...labelsOf(slice), fine]) {
    const sections = sectionParts(slice, column);
    expect(sections.map(({ cells }) => cells)).toEqual([120, 60, 90]);
    for (const { parts, cells } of sections) {
      expect(parts.reduce((n, part) => n + part.cells, 0)).toBe(cells);
      expect(parts.map(({ name }) => name)).toEqual(sections[0].parts.map(({ name }) => name));
    }
    expect(sections.filter(({ heldOut }) => heldOut)).toHaveLength(1);
  }
  const { parts } = sectionParts(slice, fine)[0];
  expect(parts[0].name).toBe("c0");
  expect(parts.slice(-2).map(({ name }) => name)).toEqual([expect.stringMatching(/others$/), "without label"]);
  expect(parts.at(-1)?.cells).toBe(12);
});

test("bars of a section fill its height, and the held-out one is named", () => {
  const sections = sectionParts(slice, fine);
  const figure = compositionChart(sections, { title: "Composition by cluster", width: 900, ink: inks.light });
  const bars = figure.marks.filter((mark) => mark.tag === "rect" && tipOf(mark)?.includes(", "));
  for (const { name } of sections) {
    const own = bars.filter((mark) => tipOf(mark)?.startsWith(`${name}, `));
    expect(own.reduce((sum, mark) => sum + Number(mark.attrs.height), 0)).toBeCloseTo(200, 6);
  }
  expect(figure.label).toContain(`held out by the rule: ${sections.find(({ heldOut }) => heldOut)?.name}`);
  for (const { attrs } of figure.marks) expect(Number(attrs.x ?? 0)).toBeLessThanOrEqual(900);
});

function tipOf({ children }: Mark): string | undefined {
  const [first] = typeof children === "string" ? [] : (children ?? []);
  return first?.tag === "title" ? String(first.children) : undefined;
}

test("a collection has the parts that its sections have as one slice, without a cell being read", async () => {
  const unsure = slice.section.codes.map((s) => (s === 1 ? -1 : s));
  const stage: CategoricalColumn = {
    kind: "categorical",
    name: "stage",
    codes: unsure,
    categories: ["E9", "", "unknown"],
  };
  const whole = { ...slice, obs: [...slice.obs, stage] };
  const { store } = memoryStore();
  await streamSlice(memorySource("three.arrow", writeArrow(whole)), (rows) => splitSections(rows, store));
  const collection = await surveySections(store);
  for (const column of labelsOf(whole)) {
    const label = collection.labels.find(({ name }) => name === column.name);
    if (!label) throw new Error(column.name);
    expect(collectionParts(collection, label)).toEqual(sectionParts(whole, column));
  }
});

test("losses stand at their epochs, those on validation sections dashed, and the newest are spoken", () => {
  const size = { width: 400, height: 200, ink: inks.dark };
  const figure = epochLosses({ training: [3, 2, 1.5, 1], validation: [3.2, 2.6, 2.4, 2.5] }, size);
  expect(figure.label).toBe("Loss after 4 epochs: training sections 1, validation sections 2.5");
  const lines = figure.marks.filter(({ tag, attrs }) => tag === "path" && String(attrs.d).includes("L"));
  expect(lines.map(({ attrs }) => "strokeDasharray" in attrs)).toEqual([false, true]);
  const points = lines.map(({ attrs }) =>
    String(attrs.d)
      .slice(1)
      .split("L")
      .map((point) => point.split(" ").map(Number)),
  );
  for (const curve of points) expect(curve.map(([x]) => x)).toEqual(points[0].map(([x]) => x));
  const heights = points[0].map(([, y]) => y);
  expect(heights).toEqual([...heights].sort((a, b) => a - b)); // downwards on the screen as the loss falls
  // one epoch is a point of its own
  const one = epochLosses({ training: [3], validation: [] }, size);
  expect(one.marks.filter(({ tag }) => tag === "circle")).toHaveLength(1);
  expect(one.label).toBe("Loss after 1 epoch: training sections 3");
});
