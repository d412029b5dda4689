import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LabError } from "../src/core/errors";
import { parseRecipe } from "../src/core/study/annotation/recipe-text";

/**
 * The value of a JSON or, by its extension, YAML file.
 * @throws LabError("missing") if there is none, LabError("format") if it is not what its name says
 */
export function readRecipeFile(path: string, cwd: string): unknown {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, path), "utf8");
  } catch {
    throw new LabError("missing", `${path}: there is no such file.`, "Give the path of a recipe or of a run.json.");
  }
  return parseRecipe(text, path);
}
