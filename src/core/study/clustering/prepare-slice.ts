import { LabError } from "../../errors";
import { buildGraph } from "../../graph/build-graph";
import { cellsBySection } from "../../graph/sections";
import type { GraphRecipe, SpatialGraph } from "../../graph/spatial-graph";
import type { PreprocessStatistics } from "../../preprocess/statistics";
import { positionsMicrons, type Slice } from "../../slice/slice";
import { takeSections } from "../../slice/take-sections";
import { labelCodes } from "../../slice/unlabelled";
import { quiet, type Task } from "../../task";
import type { StudySlice } from "./plan";

/** A slice as all runs of a study share it. Graphs and principal components are made once. */
export interface PreparedSlice {
  readonly slice: Slice;
  readonly positions: Float32Array; // (nObs, 2), µm
  readonly labels: { readonly name: string; readonly codes: Int32Array }; // -1 = unlabelled
  readonly classes: number;
  /** Cells of sections in which any cell is labelled; the others are not clustered. */
  readonly clustered: Int32Array;
  /** What preprocessing takes from all cells, by its recipe as JSON: the first run leaves it here for those that follow. */
  readonly statistics: Map<string, PreprocessStatistics>;
  graph(recipe: GraphRecipe, task?: Task): SpatialGraph;
}

/**
 * @param slice  as opened; sections that the plan leaves out are taken away here
 * @throws LabError("missing") if the slice lacks the label or a section, or no cell is labelled
 */
export function prepareSlice(opened: Slice, { label, sections, unlabelled }: StudySlice): PreparedSlice {
  const slice = takeSections(opened, sections);
  const categorical = slice.obs.flatMap((column) => (column.kind === "categorical" ? [column] : []));
  const column = categorical.find(({ name }) => name === label);
  if (!column)
    throw new LabError(
      "missing",
      `${slice.name} has no label "${label}".`,
      categorical.length > 0 ? `It has ${categorical.map(({ name }) => name).join(", ")}.` : "It has no labels.",
    );
  const codes = labelCodes(column, unlabelled);
  const classes = new Set(codes.filter((code) => code >= 0)).size;
  if (classes === 0)
    throw new LabError("missing", `No cell of ${slice.name} has a ${label}.`, "Choose another label or section.");
  const clustered = cellsBySection(slice.section.codes, slice.nObs)
    .filter((cells) => cells.some((cell) => codes[cell] >= 0))
    .flatMap((cells) => [...cells])
    .sort((a, b) => a - b);
  const positions = positionsMicrons(slice);
  const graphs = new Map<string, SpatialGraph>();
  return {
    slice,
    positions,
    labels: { name: label, codes },
    classes,
    clustered: Int32Array.from(clustered),
    statistics: new Map(),
    graph(recipe, task = quiet) {
      const key = JSON.stringify(recipe);
      const graph = graphs.get(key) ?? buildGraph(positions, slice.section.codes, recipe, task).graph;
      graphs.set(key, graph);
      return graph;
    },
  };
}
