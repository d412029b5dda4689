import { assertShape, LabError } from "../errors";
import { type CellLabels, cellLabels } from "../slice/cell-labels";
import type { Slice } from "../slice/slice";
import { methodCatalog } from "../ssl/catalog";
import type { MethodInfo } from "../ssl/method-info";
import { ROLE } from "./cell-roles";
import type { RunRecipe } from "./recipe";

/** Which cells a run learns from and which it is watched on, as the trainer takes them. */
export interface CellChoice {
  /** In place of the label that the recipe names: for a label made elsewhere, or one of which only a part may be known. */
  readonly labels?: CellLabels;
  /** A `ROLE` of each cell, shape (nObs,); all train unless given. */
  readonly roles?: Uint8Array;
}

export interface RunCells {
  /** Every label that is known, whatever the role of the cell; null where no label is. */
  readonly labels: CellLabels | null;
  /** Codes that are learned from, -1 for all other cells. */
  readonly learned: Int32Array | null;
  /** The cells that the loss is taken of, ascending; null for all. A method that learns a label has only the labelled ones. */
  readonly targets: Uint32Array | null;
  /** Those that it is watched on. */
  readonly validation: Uint32Array;
}

/**
 * @throws LabError("missing") if the method learns a label and none is named, or the slice has not got it;
 *   LabError("shape") if labels or roles are of other cells; LabError("range") if a split leaves no cell to train on
 */
export function runCells(slice: Slice, recipe: RunRecipe, { labels: given, roles }: CellChoice = {}): RunCells {
  const { nObs } = slice;
  if (roles) assertShape("roles of cells", [roles.length], [nObs]);
  const labels = labelsOf(slice, recipe, given);
  const needed = learnsLabel(recipe);
  const known = (i: number): boolean => !needed || (labels?.codes[i] ?? -1) >= 0;
  const cellsOf = (role: number): Uint32Array => {
    const cells = Uint32Array.from({ length: nObs }, (_, i) => i);
    return cells.filter((i) => (roles ? roles[i] : ROLE.train) === role && known(i));
  };
  const targets = cellsOf(ROLE.train);
  if (targets.length === 0 && roles)
    throw new LabError(
      "range",
      needed ? `No cell that trains has a label of ${labels?.name}.` : "The split leaves no cell to train on.",
      "Hold out less.",
    );
  return {
    labels,
    learned: labels ? labels.codes.map((code, i) => (roles && roles[i] !== ROLE.train ? -1 : code)) : null,
    targets: targets.length === nObs ? null : targets,
    validation: roles ? cellsOf(ROLE.validation) : new Uint32Array(),
  };
}

/** Whether the recipe's method learns a label. */
export function learnsLabel({ method }: Pick<RunRecipe, "method">): boolean {
  const { needsLabel = false }: MethodInfo = methodCatalog[method];
  return needsLabel;
}

function labelsOf(slice: Slice, recipe: RunRecipe, given: CellLabels | undefined): CellLabels | null {
  if (given) {
    assertShape("labels of cells", [given.codes.length], [slice.nObs]);
    return given;
  }
  if (recipe.label) return cellLabels(slice, recipe.label);
  const info: MethodInfo = methodCatalog[recipe.method];
  if (!info.needsLabel && !info.usesLabel?.(recipe.config)) return null;
  const what = info.needsLabel ? "a label to learn" : "a label for its masks";
  throw new LabError("missing", `${info.name} needs ${what}.`, "Choose a label; --label NAME names it.");
}
