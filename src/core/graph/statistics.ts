import { connectedComponents } from "./components";
import { median } from "./median";
import { sampleRings } from "./rings";
import { cellsBySection, type SectionCodes } from "./sections";
import type { GraphRecipe, GraphStatistics, SpatialGraph } from "./spatial-graph";
import { graphWarnings } from "./warnings";

/** Degrees from here on share the last bin. */
const LAST_BIN = 63;

/**
 * Facts about a graph, told before training.
 * Degrees are lengths of rows: how many cells a cell receives from, duplicates counted. Isolated cells neither receive
 * nor send; each is a component of its own, as scipy counts.
 *
 * @param positions  the positions it was built from, shape (nNodes, 2), µm
 */
export function graphStatistics(
  graph: SpatialGraph,
  {
    positions,
    sectionCodes = null,
    recipe,
  }: { positions: Float32Array; sectionCodes?: SectionCodes | null; recipe: GraphRecipe },
): GraphStatistics {
  const { nNodes, indptr, indices, distances } = graph;
  const degrees = new Float32Array(nNodes);
  const sends = new Uint8Array(nNodes);
  for (let e = 0; e < indices.length; e++) sends[indices[e]] = 1;

  let isolated = 0;
  let maxDegree = 0;
  let twins = 0;
  for (let i = 0; i < nNodes; i++) {
    const degree = indptr[i + 1] - indptr[i];
    degrees[i] = degree;
    if (degree > maxDegree) maxDegree = degree;
    if (degree === 0 && sends[i] === 0) isolated++;
    for (let e = indptr[i]; e < indptr[i + 1]; e++)
      if (distances[e] === 0 && indices[e] !== i) {
        twins++;
        break;
      }
  }
  const degreeHistogram = new Uint32Array(Math.min(maxDegree, LAST_BIN) + 1);
  for (let i = 0; i < nNodes; i++) degreeHistogram[Math.min(degrees[i], LAST_BIN)]++;

  const components = connectedComponents(graph).count;
  const medianDegree = median(degrees);
  const sections = cellsBySection(sectionCodes, nNodes);
  const smallSections = recipe.kind === "knn" ? sections.filter((cells) => cells.length <= recipe.k).length : 0;
  const facts = { nodes: nNodes, isolated, components, sections: sections.length, medianDegree, twins, smallSections };
  return {
    nodes: nNodes,
    edges: indices.length,
    isolated,
    components,
    medianDegree,
    maxDegree,
    degreeHistogram,
    medianEdgeLength: median(distances),
    warnings: graphWarnings(recipe, facts, sampleRings(positions, { sectionCodes })),
  };
}
