import { LabError } from "../errors";
import { type CellLabels, cellLabels } from "../slice/cell-labels";
import type { Slice } from "../slice/slice";
import { methodCatalog } from "../ssl/catalog";
import type { MethodInfo } from "../ssl/method-info";
import type { RunRecipe } from "./recipe";

/**
 * The label that a run knows: the one that was given, or that of the recipe.
 *
 * @throws LabError("missing") if the method learns a label and none is named, or the slice has not got it
 */
export function runLabels(slice: Slice, recipe: RunRecipe, given?: CellLabels): CellLabels | null {
  if (given) {
    if (given.codes.length === slice.nObs) return given;
    throw new LabError("shape", `There are labels for ${given.codes.length} cells, the slice has ${slice.nObs}.`);
  }
  if (recipe.label) return cellLabels(slice, recipe.label);
  if (!needsLabel(recipe)) return null;
  const { name } = methodCatalog[recipe.method];
  throw new LabError("missing", `${name} training needs a label to learn.`, "Choose a label; --label NAME names it.");
}

function needsLabel({ method }: RunRecipe): boolean {
  const { needsLabel = false }: MethodInfo = methodCatalog[method];
  return needsLabel;
}

/**
 * The cells that the loss may be taken of; null for all. A method that learns a label has only the labelled ones.
 */
export function targetCells(recipe: RunRecipe, labels: CellLabels | null): Uint32Array | null {
  if (!labels || !needsLabel(recipe)) return null;
  const cells = Uint32Array.from({ length: labels.codes.length }, (_, i) => i).filter((i) => labels.codes[i] >= 0);
  return cells.length === labels.codes.length ? null : cells;
}
