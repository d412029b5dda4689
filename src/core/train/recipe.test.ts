import { describe, expect, test } from "vitest";
import { defaultRecipe, validateRecipe } from "./recipe";

test("the default recipe is valid and survives JSON", () => {
  const recipe = defaultRecipe();
  expect(validateRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
});

test("a method without settings takes its own, and knows those of no other", () => {
  const { config } = defaultRecipe({ method: "simclr" });
  expect(validateRecipe({ ...defaultRecipe(), method: "simclr", config: { temperature: 0.5 } }).config).toEqual({
    ...config,
    temperature: 0.5,
  });
  expect(() => validateRecipe({ ...defaultRecipe(), method: "simclr" })).toThrow(
    "config must be an object of temperature",
  );
});

test("a recipe from before attention could drop out drops none", () => {
  const recipe = defaultRecipe();
  const { attentionDropout: _, ...encoder } = recipe.encoder;
  expect(validateRecipe({ ...recipe, encoder })).toEqual({ ...recipe, encoder: { ...encoder, attentionDropout: 0 } });
});

test("a recipe from before genes could be centred centres none", () => {
  const recipe = defaultRecipe();
  const { center: _, ...preprocess } = recipe.preprocess;
  expect(validateRecipe({ ...recipe, preprocess })).toEqual(recipe);
});

test("ranges of cells are taken as they are", () => {
  expect(validateRecipe(defaultRecipe({ memory: { rowBlocks: 8 } })).memory).toEqual({ rowBlocks: 8 });
});

test.each([
  { kind: "knn", k: 8, symmetrize: "doubled" },
  { kind: "radius", radiusMicrons: 40 },
  { kind: "delaunay", maxEdgeMicrons: null },
  { kind: "delaunay", maxEdgeMicrons: 60 },
] as const)("a graph of kind $kind is taken as it is", (graph) => {
  expect(validateRecipe(defaultRecipe({ graph })).graph).toEqual(graph);
});

test.each([
  { kind: "full" },
  { kind: "ego", hops: 2, batchSize: 64 },
  { kind: "sample", fanOuts: [10, 5], batchSize: 256 },
] as const)("a view of kind $kind is taken as it is", (view) => {
  expect(validateRecipe(defaultRecipe({ view })).view).toEqual(view);
});

test("a recipe from before there were views sees the full graph", () => {
  const { view: _, ...old } = defaultRecipe();
  expect(validateRecipe(old)).toEqual(defaultRecipe());
});

describe("a setting out of bounds is refused with its key, its bounds and what came", () => {
  const base = defaultRecipe();
  test.each([
    ["recipe must be an object, got null.", null],
    ["version must be one of 1, got 2.", { ...base, version: 2 }],
    [', got "autoencoder".', { ...base, method: "autoencoder" }],
    ["epochs must be a whole number from 1 to 1000000, got 2.5.", { ...base, epochs: 2.5 }],
    ["memory.rowBlocks must be a whole number from 1 to 1024, got 1.5.", { ...base, memory: { rowBlocks: 1.5 } }],
    ["seed must be a number from 0 to 4294967295, got -1.", { ...base, seed: -1 }],
    [
      "config.maskRatio must be a number from 0.01 to 0.99, got 1.",
      { ...base, config: { ...base.config, maskRatio: 1 } },
    ],
    [
      "encoder.dropout must be a number from 0 to 0.9, got null.",
      { ...base, encoder: { ...base.encoder, dropout: null } },
    ],
    [
      "encoder.attentionDropout must be a number from 0 to 0.9, got 1.",
      { ...base, encoder: { ...base.encoder, attentionDropout: 1 } },
    ],
    [
      "encoder.hidden must be a multiple of encoder.heads for attention, got 10 and 4.",
      { ...base, backbone: "gatv2", encoder: { ...base.encoder, hidden: 10 } },
    ],
    ["encoder must be an object of", { ...base, encoder: { ...base.encoder, width: 64 } }],
    [
      'preprocess.targetSum must be a number from 1 to 1000000000 or "median", got 0.',
      { ...base, preprocess: { ...base.preprocess, targetSum: 0 } },
    ],
    [
      'graph.k must be a whole number from 1 to 1000, got "6".',
      { ...base, graph: { kind: "knn", k: "6", symmetrize: "union" } },
    ],
    ["graph.kind must be one of knn, radius, delaunay, got nothing.", { ...base, graph: {} }],
    [
      'graph must be an object of kind, radiusMicrons, got "k".',
      { ...base, graph: { kind: "radius", radiusMicrons: 4, k: 6 } },
    ],
    ["view.hops must be a number from 1 to 8, got 0.", { ...base, view: { kind: "ego", hops: 0, batchSize: 64 } }],
    [
      "view.fanOuts must be a list of one to eight numbers, one a layer, got [].",
      { ...base, view: { kind: "sample", fanOuts: [], batchSize: 64 } },
    ],
    [
      "view.fanOuts[1] must be a whole number from 1 to 10000, got 2.5.",
      { ...base, view: { kind: "sample", fanOuts: [10, 2.5], batchSize: 64 } },
    ],
    ['view must be an object of kind, got "hops".', { ...base, view: { kind: "full", hops: 2 } }],
    [
      "encoder.hidden must be a multiple of encoder.heads for attention, got 10 and 4.",
      { ...base, encoder: { ...base.encoder, hidden: 10 } },
    ],
  ])("%s", (message, recipe) => {
    expect(() => validateRecipe(recipe)).toThrow(message);
  });
});
