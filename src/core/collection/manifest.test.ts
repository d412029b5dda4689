import { expect, test } from "vitest";
import { simulateSlice } from "../simulate/simulate-slice";
import { surveySections } from "./collection";
import { readManifest, writeManifest } from "./manifest";
import { memoryStore } from "./testing/memory-store";

const of = (seed: number, nGenes: number) => {
  const slice = simulateSlice({ tissue: "cortex", nCells: 60, nGenes, nSections: 1, seed });
  return { ...slice, section: { ...slice.section, names: [`s${seed}`] } };
};

test("a collection read from its manifest is the one that was written", async () => {
  const collection = await surveySections(memoryStore({ "a.arrow": of(1, 12), "b.arrow": of(2, 10) }).store);
  expect(collection.sections[0].totals.size).toBeGreaterThan(3);
  expect(collection.notes.length).toBeGreaterThan(0);
  const kept = { id: "x", name: "two", created: "2026-01-01T00:00:00.000Z", bytes: 4096, collection };
  expect(readManifest("x", writeManifest(kept))).toEqual(kept);
});

test.each(["", "{", "[]", '"text"', '{"version":1}', '{"version":2,"name":"later"}'])("%s is no manifest", (text) => {
  expect(() => readManifest("x", text)).toThrow("cannot be read");
});
