import { LabError } from "../../errors";
import { buildGraph } from "../../graph/build-graph";
import type { GraphRecipe, SpatialGraph } from "../../graph/spatial-graph";
import { positionsMicrons, type Slice } from "../../slice/slice";
import { labelCodes } from "../../slice/unlabelled";
import { quiet, type Task } from "../../task";
import { ROLE } from "../../train/cell-roles";
import type { LabelLevel } from "./annotation";
import { compositionOf, heldOutSection, ofClasses } from "./held-out-section";
import { coarserLevel } from "./label-levels";
import type { AnnotationPlan } from "./plan";
import { splitCells } from "./split";

/** A slice as all jobs of a study share it. Graphs are made once. */
export interface PreparedAnnotation {
  readonly slice: Slice;
  readonly categories: readonly string[];
  readonly codes: Int32Array; // (nObs,), of the categories, -1 = unlabelled
  readonly levels: readonly LabelLevel[];
  readonly roles: Uint8Array; // (nObs,), a ROLE of each cell
  readonly testCells: Uint32Array;
  graph(recipe: GraphRecipe, task?: Task): SpatialGraph;
}

/** @throws LabError("missing") if the slice lacks the label or a section, or no cell is left to learn from or to score */
export function prepareAnnotation(
  slice: Slice,
  plan: Pick<AnnotationPlan, "label" | "unlabelled" | "levels" | "testSections" | "split">,
): PreparedAnnotation {
  const column = labelColumn(slice, plan.label);
  const codes = labelCodes(column, plan.unlabelled);
  const testSections = plan.testSections.map((name) => {
    const code = slice.section.names.indexOf(name);
    if (code >= 0) return code;
    const names = slice.section.names.join(", ");
    throw new LabError("missing", `${slice.name} has no section "${name}".`, `Its sections are ${names}.`);
  });
  const positions = positionsMicrons(slice);
  const roles = splitCells({ sections: slice.section.codes, positions }, { ...plan.split, testSections });
  const has = (isTest: boolean): boolean => codes.some((code, i) => code >= 0 && (roles[i] === ROLE.test) === isTest);
  if (!has(false) || !has(true))
    throw new LabError(
      "missing",
      `No cell ${has(true) ? "outside" : "of"} ${plan.testSections.join(", ")} has a ${plan.label}.`,
      "Choose another label, or other sections to test on.",
    );
  // of what may be learned: which class lies within which must not be read from the cells that are scored
  const learned = codes.map((code, i) => (roles[i] === ROLE.test ? -1 : code));
  const nFine = column.categories.length;
  const levels = plan.levels.map((name): LabelLevel => {
    const { categories, ...column } = labelColumn(slice, name);
    const codes = labelCodes({ ...column, categories });
    return { name, codes, categories, ...coarserLevel(learned, codes, nFine) };
  });
  const graphs = new Map<string, SpatialGraph>();
  return {
    slice,
    categories: column.categories,
    codes,
    levels,
    roles,
    testCells: Uint32Array.from(roles.keys()).filter((i) => roles[i] === ROLE.test),
    graph(recipe, task = quiet) {
      const key = JSON.stringify(recipe);
      const graph = graphs.get(key) ?? buildGraph(positions, slice.section.codes, recipe, task).graph;
      graphs.set(key, graph);
      return graph;
    },
  };
}

/** The section to test on by the paper's rule, by name; the classes are those of the study. @throws as `heldOutSection` */
export function testSectionByRule(slice: Slice, label: string, unlabelled: readonly string[]): string {
  const column = labelColumn(slice, label);
  const { codes, names } = slice.section;
  const shape = { nSections: names.length, nClasses: column.categories.length };
  const composition = compositionOf(column.codes, codes, shape);
  return names[heldOutSection(ofClasses(composition, column.categories, unlabelled))];
}

/** @throws LabError("missing") if the slice has no such column of categories */
export function labelColumn({ obs, name: sliceName }: Slice, label: string) {
  const categorical = obs.flatMap((column) => (column.kind === "categorical" ? [column] : []));
  const column = categorical.find(({ name }) => name === label);
  if (column) return column;
  const names = categorical.map(({ name }) => name).join(", ");
  throw new LabError(
    "missing",
    `${sliceName} has no label "${label}".`,
    names ? `It has ${names}.` : "It has no labels.",
  );
}
