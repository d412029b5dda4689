import { beforeEach, expect, test } from "vitest";
import { cellsOf } from "../src/core/collection/testing/cells";
import { writeArrow } from "../src/core/io/arrow";
import { simulateSlice } from "../src/core/simulate/simulate-slice";
import { positionsMicrons, type Slice } from "../src/core/slice/slice";
import { quiet } from "../src/core/task";
import type { KeptRun } from "../src/core/train/checkpoint-file";
import { unwatched } from "../src/core/train/early-stopping";
import { writeModel } from "../src/core/train/model-file";
import { defaultRecipe } from "../src/core/train/recipe";
import {
  aloneOver,
  checkpointsOf,
  forgetCheckpoints,
  interruptedRun,
  keepRun,
  keptRun,
  readInterrupted,
} from "./collection-runs";
import {
  collectFiles,
  listCollections,
  openSection,
  removeCollection,
  removeUnfinished,
  sectionCells,
} from "./collections";
import type { CollectionFindings } from "./protocol";
import { FakeStorage, fakeFile } from "./testing/fake-storage";

let storage: FakeStorage;
beforeEach(() => {
  storage = new FakeStorage();
  storage.install();
});

const two = simulateSlice({ tissue: "cortex", sectionCells: [80, 50], nGenes: 14, seed: 1 });
const other: Slice = {
  ...simulateSlice({ tissue: "cortex", nCells: 60, nGenes: 12, nSections: 1, seed: 2 }),
  name: "other",
};
const files = () => [fakeFile("two.arrow", writeArrow(two)), fakeFile("other.arrow", writeArrow(other))];
const collect = (given = files(), task = quiet) =>
  collectFiles(given, { id: crypto.randomUUID(), name: "three", options: {} }, task);

test("files become sections that are read again as they were, with the genes that all have", async () => {
  const kept = await collect();
  expect(await listCollections()).toEqual([kept]);
  const { collection } = kept;
  expect(collection.sections.map(({ nObs }) => nObs)).toEqual([80, 50, 60]);
  // both files call their first section the same
  expect(collection.sections.map(({ name }) => name)).toEqual(["section_1 (two)", "section_2", "section_1 (other)"]);
  expect(collection.varNames).toEqual(other.varNames);
  expect(collection.notes[0]).toContain("2 of 14 genes are left out");
  expect(kept.bytes).toBeLessThan(storage.usage);

  const genes = new Set(other.varNames);
  const whole = cellsOf(two).filter(({ section }) => section === two.section.names[1]);
  const read = cellsOf(await openSection(kept.id, 1, quiet));
  const positionsAndGenes = ({ at, counts }: Record<string, unknown>) => [
    at,
    Object.fromEntries(Object.entries(counts as object).filter(([gene]) => genes.has(gene))),
  ];
  expect(read.map(positionsAndGenes)).toEqual(whole.map(positionsAndGenes));
});

test("a section is drawn from positions and labels alone, by the codes of the collection", async () => {
  const { id, collection } = await collect();
  for (const at of [0, 1, 2]) {
    const { positions, codes, spacing } = await sectionCells(id, at);
    const slice = await openSection(id, at, quiet);
    expect(positions).toEqual(positionsMicrons(slice));
    const labels = slice.obs.filter((column) => column.kind === "categorical");
    expect(labels.map(({ name }) => name)).toEqual(collection.labels.map(({ name }) => name));
    expect(codes.map((own) => [...own])).toEqual(labels.map((column) => [...column.codes]));
    expect(spacing).toBeGreaterThan(1);
  }
});

test("one that is deleted is gone and gives its room back; the others stay", async () => {
  const [first, second] = [await collect(), await collect()];
  const both = storage.usage;
  await removeCollection(first.id);
  expect(await listCollections()).toEqual([second]);
  expect(storage.usage).toBeLessThan(0.6 * both);
  await expect(openSection(first.id, 0, quiet)).rejects.toThrow("no longer in this browser's storage");
  await removeCollection(first.id); // as when another tab was faster
});

test("the newest run over a collection is kept with it, unless there is no room", async () => {
  const { id, collection } = await collect();
  expect(await keptRun(id)).toBeNull();
  const recipe = defaultRecipe({ epochs: 2 });
  const modelOf = (value: number) =>
    writeModel({
      recipe,
      arrays: [{ name: "w", shape: [2], data: Float32Array.of(value, value) }],
      genes: collection.varNames,
      classes: null,
      statistics: null,
    });
  const findings: CollectionFindings = {
    split: { train: [0, 1], validation: [2], test: [] },
    ...{ nParameters: 2, backend: "wasm", losses: [2, 1], validationLosses: [3, 2], bestEpoch: 2, finished: true },
    ...{ secondsPerEpoch: 1, waitedSeconds: 0, peakBytes: 10 },
  };
  expect(await keepRun(id, { findings, model: modelOf(1) })).toBe(true);
  const second = { ...findings, losses: [2, 1.5] };
  expect(await keepRun(id, { findings: second, model: modelOf(2) })).toBe(true);
  expect(await keptRun(id)).toEqual({ recipe, outcome: { ...second, model: modelOf(2), kept: true } });

  storage.room = storage.usage - 200; // not even as much as the one before
  expect(await keepRun(id, { findings, model: modelOf(3) })).toBe(false);
  expect(await keptRun(id)).toBeNull();
  expect(await listCollections()).toHaveLength(1);
  await removeCollection(id);
  expect(storage.usage).toBe(0);
});

test("files that do not fit are refused before anything is written", async () => {
  const kept = await collect();
  storage.quota = storage.usage + 1000;
  const before = storage.usage;
  await expect(collect()).rejects.toMatchObject({
    code: "memory",
    message: expect.stringMatching(/left for the page/),
  });
  expect(storage.usage).toBe(before);
  expect(await listCollections()).toEqual([kept]);
});

test.each([1000, 20_000, 34_000, 44_000])(
  "a storage that is full after %d bytes keeps what was there, and nothing of the new",
  async (room) => {
    const kept = await collect();
    const before = storage.usage;
    storage.room = before + room;
    await expect(collect()).rejects.toMatchObject({
      code: "memory",
      hint: expect.stringMatching(/What is kept stays/),
    });
    expect(storage.usage).toBe(before);
    expect(await listCollections()).toEqual([kept]);
  },
);

test("cancelling leaves nothing behind", async () => {
  let said = 0;
  const task = {
    progress: () => void said++,
    get cancelled() {
      return said > 2;
    },
  };
  await expect(collect(files(), task)).rejects.toMatchObject({ code: "cancelled" });
  expect(storage.usage).toBe(0);
});

test("what an ended tab left unfinished is removed, but not what another is writing", async () => {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("collections", { create: true });
  for (const id of ["left", "writing"]) {
    const folder = await root.getDirectoryHandle(id, { create: true });
    await folder.getFileHandle("s.arrow", { create: true });
  }
  storage.held.add("collection-writing");
  expect(await listCollections()).toEqual([]);
  const names: string[] = [];
  for await (const name of root.keys()) names.push(name);
  expect(names).toEqual(["writing"]);
});

test("what a thread that was ended left of one collection goes, and the others stay", async () => {
  const kept = await collect();
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("collections");
  const left = await root.getDirectoryHandle("left", { create: true });
  await left.getFileHandle("s.arrow", { create: true });
  await removeUnfinished("left");
  await expect(root.getDirectoryHandle("left")).rejects.toThrow();
  expect(await listCollections()).toEqual([kept]);
});

test("a file that cannot be divided is told by its name, and nothing is kept", async () => {
  const bad = fakeFile("notes.txt", new TextEncoder().encode("not a slice"));
  await expect(collect([...files(), bad])).rejects.toThrow("notes.txt is a text file");
  expect(storage.usage).toBe(0);
});

test("a run under way keeps two checkpoints in turn; a damaged one gives way to the one before, and all go when they are forgotten", async () => {
  const { id } = await collect();
  const recipe = defaultRecipe({ epochs: 9 });
  const facts = { test: 2, split: { train: [0], validation: [1], test: [2] }, nParameters: 2, backend: "wasm" };
  const runAt = (epoch: number): KeptRun => ({
    checkpoint: {
      ...{ version: 1, recipe, epoch, steps: epoch, batch: 0, lossSum: 0, nTargets: 0 },
      arrays: [{ name: "weights.w", shape: [2], data: Float32Array.of(epoch, -epoch) }],
    },
    soFar: { losses: Array.from({ length: epoch }, (_, e) => 9 - e), watch: unwatched, steps: epoch },
    best: null,
  });
  expect(await interruptedRun(id)).toBeNull();
  const keep = await checkpointsOf(id, facts, null);
  for (const epoch of [1, 2, 3]) await keep(runAt(epoch));
  expect(await readInterrupted(id)).toMatchObject({ facts, slot: 0, run: runAt(3) });
  expect(await interruptedRun(id)).toMatchObject({ test: 2, recipe, losses: [9, 8, 7] });

  // as a tab leaves it that is closed while it writes
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("collections");
  const handle = await (await root.getDirectoryHandle(id)).getFileHandle("checkpoint-1.safetensors");
  const open = await handle.createSyncAccessHandle();
  open.truncate(100);
  open.close();
  expect(await readInterrupted(id)).toMatchObject({ slot: 1, run: runAt(2) });

  // one that goes on writes over the damaged one first
  const more = await checkpointsOf(id, facts, await readInterrupted(id));
  await more(runAt(4));
  expect((await readInterrupted(id))?.run.soFar.steps).toBe(4);
  // while another tab trains over it there is nothing to go on with here
  storage.held.add(`collection-run-${id}`);
  expect(await interruptedRun(id)).toBeNull();
  await expect(aloneOver(id, async () => 1)).rejects.toThrow("Another tab trains");
  storage.held.delete(`collection-run-${id}`);
  await forgetCheckpoints(id);
  expect(await interruptedRun(id)).toBeNull();
});
