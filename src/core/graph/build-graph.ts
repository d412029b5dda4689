import { quiet, type Task } from "../task";
import { delaunayGraph } from "./delaunay";
import { knnGraph } from "./knn";
import { radiusGraph } from "./radius";
import type { SectionCodes } from "./sections";
import type { GraphRecipe, GraphStatistics, SpatialGraph } from "./spatial-graph";
import { graphStatistics } from "./statistics";
import { symmetrize } from "./symmetrize";

/** The graph a recipe asks for, and what is worth knowing about it. */
export function buildGraph(
  positions: Float32Array,
  sectionCodes: SectionCodes | null,
  recipe: GraphRecipe,
  task: Task = quiet,
): { readonly graph: SpatialGraph; readonly statistics: GraphStatistics } {
  const graph = bareGraph(positions, sectionCodes, recipe, task);
  return { graph, statistics: graphStatistics(graph, { positions, sectionCodes, recipe }) };
}

/** The graph alone, where nobody asks what is worth knowing about it: that takes twice as long as a radius graph itself. */
export function bareGraph(
  positions: Float32Array,
  sectionCodes: SectionCodes | null,
  recipe: GraphRecipe,
  task: Task = quiet,
): SpatialGraph {
  switch (recipe.kind) {
    case "knn":
      return symmetrize(knnGraph(positions, { k: recipe.k, sectionCodes }, task), recipe.symmetrize);
    case "radius":
      return radiusGraph(positions, { radiusMicrons: recipe.radiusMicrons, sectionCodes }, task);
    case "delaunay":
      return delaunayGraph(positions, { maxEdgeMicrons: recipe.maxEdgeMicrons, sectionCodes }, task);
    default:
      return recipe satisfies never;
  }
}
