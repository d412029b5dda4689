import { expect, test } from "vitest";
import { surveySections } from "../collection/collection";
import { memoryStore } from "../collection/testing/memory-store";
import type { CategoricalColumn, Slice } from "../slice/slice";
import { tinySlice } from "../slice/testing/tiny-slice";
import { largestSection, sectionTask } from "./section-run";

const section = (name: string, layer: number[] | null): Slice => {
  const column: CategoricalColumn = {
    kind: "categorical",
    name: "layer",
    codes: Int8Array.from(layer ?? []),
    categories: ["A", "B", "C"],
  };
  return tinySlice({ name, section: { codes: new Int8Array(4), names: [name] }, obs: layer ? [column] : [] });
};

const { store } = memoryStore({
  "a.arrow": section("a", [0, 0, 0, 1]),
  "b.arrow": section("b", null),
  "c.arrow": section("c", [-1, 1, -1, 1]),
  "d.arrow": section("d", [2, 2, 2, 2]),
});

test("without a label all cells of the sections are learned from", async () => {
  const task = sectionTask(await surveySections(store), {}, [0, 1]);
  expect(task).toEqual({
    train: [
      { section: 0, nTargets: 4 },
      { section: 1, nTargets: 4 },
    ],
    classes: null,
  });
});

test("with a label its cells are, classes of these sections count alike, and sections without one are left out", async () => {
  const task = sectionTask(await surveySections(store), { label: { name: "layer", leaveOut: [] } }, [0, 1, 2]);
  expect(task.train).toEqual([
    { section: 0, nTargets: 4 },
    { section: 2, nTargets: 2 },
  ]);
  expect(task.classes).toEqual(["A", "B"]);
  // three cells each, of six
  expect(task.classWeights).toEqual(Float32Array.of(1, 1));
  const uneven = sectionTask(await surveySections(store), { label: { name: "layer", leaveOut: [] } }, [0]);
  expect(uneven.classWeights).toEqual(Float32Array.of(4 / 6, 4 / 2));
});

test("the largest of the sections asked about comes with the graph of the recipe", async () => {
  const collection = await surveySections(store);
  const { slice, graph } = await largestSection(store, collection, [1, 2], {
    graph: { kind: "knn", k: 2, symmetrize: "union" },
  });
  expect(slice.name).toBe("b");
  expect(graph.indptr).toHaveLength(5);
});
