import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { methodCatalog, methodIds } from "../src/core/ssl/catalog";
import { studyRecipe } from "../src/core/train/presets";
import { defaultRecipe } from "../src/core/train/recipe";
import { readArguments } from "./command";
import { train } from "./commands/train";
import { recipeOf } from "./recipe-options";

const cwd = mkdtempSync(join(tmpdir(), "lab-method-options-"));
const recipe = (...words: string[]) => recipeOf(readArguments(train, ["slice.h5ad", ...words]), cwd);

test.each(methodIds)("--method %s takes the method's own settings", (method) => {
  expect(recipe("--method", method)).toEqual(defaultRecipe({ method }));
  expect(recipe("--method", method, "--preset", "study")).toEqual(studyRecipe(method));
});

test("every kind of setting has a flag: numbers, whole numbers, choices, and what is on or off", () => {
  const flags = "--method moco --temperature 0.5 --queue 128 --per-gene --edge-drop 0".split(" ");
  expect(recipe(...flags).config).toEqual({
    ...methodCatalog.moco.defaults,
    ...{ temperature: 0.5, queue: 128, perGene: true, edgeDrop: 0 },
  });
  expect(recipe("--mask-fill", "zero").config).toMatchObject({ maskFill: "zero" });
});

test("the usage names every method and its flags", () => {
  for (const word of [...methodIds, "--temperature X", "--per-gene]", "--mask-fill zero|token"])
    expect(train.usage).toContain(word);
});

describe("a recipe file", () => {
  const path = join(cwd, "recipe.json");
  writeFileSync(path, JSON.stringify(defaultRecipe({ method: "simclr", epochs: 7 })));

  test("keeps its method and settings, changed by single flags", () => {
    expect(recipe("--recipe", path, "--temperature", "0.7")).toEqual({
      ...defaultRecipe({ method: "simclr", epochs: 7 }),
      config: { ...methodCatalog.simclr.defaults, temperature: 0.7 },
    });
  });

  test("gives way to another method, whose settings are then its own", () => {
    expect(recipe("--recipe", path, "--method", "vicreg")).toEqual(defaultRecipe({ method: "vicreg", epochs: 7 }));
  });

  test("and a preset are not both a starting point", () => {
    expect(() => recipe("--recipe", path, "--preset", "study")).toThrow("two starting points");
  });
});

test.each([
  [
    ["--method", "mae", "--temperature", "1"],
    /--temperature belongs to --method simclr, moco, swav, grace, not to mae/,
  ],
  [["--method", "alchemy"], /method must be one of simclr, /],
  [["--method", "simclr", "--temperature", "0"], /config.temperature must be a number from 0.01 to 10, got 0/],
  [["--mask-fill", "noise"], /config.maskFill must be one of zero, token/],
  [["--preset", "paper"], /--preset: expected one of study, lab/],
])("%j is refused in words", (words, message) => {
  expect(() => recipe(...words)).toThrow(message);
});
