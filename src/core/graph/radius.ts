import { LabError } from "../errors";
import { quiet, type Task, throwIfCancelled } from "../task";
import { edgeLengths } from "./edge-lengths";
import { sortSymmetric } from "./pairs";
import { cellsBySection, type SectionCodes } from "./sections";
import type { SpatialGraph } from "./spatial-graph";
import { buildStrips, type Strips } from "./strips";

export interface RadiusOptions {
  readonly radiusMicrons: number;
  /** Section of each cell; null or left out means one section. */
  readonly sectionCodes?: SectionCodes | null;
}

/** 12 bytes an edge while building: 3 GB, more than a tab has to give. */
const MAX_EDGES = 2 ** 28;

/**
 * Graph of all pairs of cells of one section with distance <= radius, both directions.
 *
 * @param positions  shape (nObs, 2), row-major, µm
 * @returns          columns ascending in each row, no self-loops
 * @throws LabError("range") unless radius > 0, or if a position is not finite
 * @throws LabError("memory") over 2^28 edges, which is a radius in the wrong unit
 * Source: sklearn radius_neighbors_graph: the edge is kept if dx² + dy² <= radius², in double precision.
 * Cost: O(n + edges) time on tissue.
 */
export function radiusGraph(
  positions: Float32Array,
  { radiusMicrons, sectionCodes = null }: RadiusOptions,
  task: Task = quiet,
): SpatialGraph {
  if (!(radiusMicrons > 0) || !Number.isFinite(radiusMicrons))
    throw new LabError("range", `Radius graph: the radius is ${radiusMicrons} µm.`, "Choose a radius above 0 µm.");
  const nNodes = positions.length / 2;
  const indexed = cellsBySection(sectionCodes, nNodes).map((cells) => buildStrips(positions, cells));
  const squaredRadius = radiusMicrons * radiusMicrons;

  const indptr = new Uint32Array(nNodes + 1);
  let done = 0;
  let nEdges = 0;
  for (const strips of indexed)
    for (let s = 0; s < strips.left.length; s++) {
      throwIfCancelled(task, "Building the radius graph");
      task.progress(done, 2 * nNodes, "counting neighbours");
      nEdges += withinRadius(strips, s, squaredRadius, indptr, null);
      if (nEdges > MAX_EDGES)
        throw new LabError(
          "memory",
          `Radius graph: ${radiusMicrons} µm gives more than ${MAX_EDGES.toLocaleString("en")} edges.`,
          "Check the unit of the coordinates, or choose a smaller radius.",
        );
      done += strips.start[s + 1] - strips.start[s];
    }
  for (let i = 0; i < nNodes; i++) indptr[i + 1] += indptr[i];

  const indices = new Uint32Array(nEdges);
  for (const strips of indexed)
    for (let s = 0; s < strips.left.length; s++) {
      throwIfCancelled(task, "Building the radius graph");
      task.progress(done, 2 * nNodes, "listing neighbours");
      withinRadius(strips, s, squaredRadius, indptr, indices);
      done += strips.start[s + 1] - strips.start[s];
    }
  const sorted = sortSymmetric(indptr, indices);
  return { nNodes, indptr, indices: sorted, distances: edgeLengths(positions, indptr, sorted) };
}

/**
 * Neighbours of all points of strip `s`. Without `indices` the degree of cell i is written to indptr[i + 1]; with it,
 * row i is filled in any order. Returns the number of edges.
 */
function withinRadius(
  { x, y, ids, start, left, right }: Strips,
  s: number,
  squaredRadius: number,
  indptr: Uint32Array,
  indices: Uint32Array | null,
): number {
  const first = start[s];
  const last = start[s + 1];
  let from = s;
  let to = s;
  while (from > 0 && (left[s] - right[from - 1]) ** 2 <= squaredRadius) from--;
  while (to + 1 < left.length && (left[to + 1] - right[s]) ** 2 <= squaredRadius) to++;
  const nStrips = to - from + 1;
  // per strip in reach: the first point not too far below; it only moves up, as the points of strip s do
  const low = start.slice(from, to + 1);

  let nEdges = 0;
  for (let place = first; place < last; place++) {
    const qx = x[place];
    const qy = y[place];
    const row = indices === null ? 0 : indptr[ids[place]];
    let degree = 0;
    for (let t = 0; t < nStrips; t++) {
      const end = start[from + t + 1];
      let j = low[t];
      while (j < end && y[j] < qy && (y[j] - qy) * (y[j] - qy) > squaredRadius) j++;
      low[t] = j;
      for (; j < end; j++) {
        const dy = y[j] - qy;
        const dyy = dy * dy;
        if (dyy > squaredRadius) break;
        const dx = x[j] - qx;
        if (dx * dx + dyy > squaredRadius || j === place) continue;
        if (indices !== null) indices[row + degree] = ids[j];
        degree++;
      }
    }
    if (indices === null) indptr[ids[place] + 1] = degree;
    nEdges += degree;
  }
  return nEdges;
}
