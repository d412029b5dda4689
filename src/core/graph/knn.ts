import { LabError } from "../errors";
import { quiet, type Task, throwIfCancelled } from "../task";
import { edgeLengths } from "./edge-lengths";
import { createNearestSearch } from "./nearest";
import { cellsBySection, type SectionCodes } from "./sections";
import type { SpatialGraph } from "./spatial-graph";
import { buildStrips } from "./strips";

export interface KnnOptions {
  /** Neighbours per cell, the cell itself excluded. */
  readonly k: number;
  /** Section of each cell; null or left out means one section. */
  readonly sectionCodes?: SectionCodes | null;
}

/**
 * k-nearest-neighbour graph of cell positions, section by section; directed: row i holds the k nearest of cell i.
 * A section of k cells or fewer links each cell with all others of its section.
 *
 * @param positions  shape (nObs, 2), row-major, µm
 * @returns          columns ascending in each row; equal distances go to the lower cell number
 * @throws LabError("range") unless 1 <= k < cells of the largest section, or if a position is not finite
 * Source: squidpy.gr.spatial_neighbors(n_neighs=k), sklearn NearestNeighbors. Differs: deterministic ties.
 * Cost: O(n log n) time on tissue, O(n k) memory.
 */
export function knnGraph(
  positions: Float32Array,
  { k, sectionCodes = null }: KnnOptions,
  task: Task = quiet,
): SpatialGraph {
  const nNodes = positions.length / 2;
  const sections = cellsBySection(sectionCodes, nNodes);
  const largest = sections.reduce((size, cells) => Math.max(size, cells.length), 0);
  if (!Number.isInteger(k) || k < 1 || k >= largest)
    throw new LabError(
      "range",
      `kNN graph: k = ${k}, but the largest section has ${largest} cells.`,
      `Choose a whole number from 1 to ${Math.max(1, largest - 1)}.`,
    );

  const indptr = new Uint32Array(nNodes + 1);
  for (const cells of sections) {
    const degree = Math.min(k, cells.length - 1);
    for (const cell of cells) indptr[cell + 1] = degree;
  }
  for (let i = 0; i < nNodes; i++) indptr[i + 1] += indptr[i];

  const indices = new Uint32Array(indptr[nNodes]);
  let done = 0;
  for (const cells of sections) {
    const degree = Math.min(k, cells.length - 1);
    if (degree === 0) continue;
    const strips = buildStrips(positions, cells);
    const search = createNearestSearch(strips, degree);
    for (let s = 0; s < strips.left.length; s++) {
      throwIfCancelled(task, "Building the kNN graph");
      task.progress(done, nNodes, "finding nearest neighbours");
      for (let place = strips.start[s]; place < strips.start[s + 1]; place++) {
        search.find(s, place);
        copyAscending(search.ids, degree, indices, indptr[strips.ids[place]]);
      }
      done += strips.start[s + 1] - strips.start[s];
    }
  }
  return { nNodes, indptr, indices, distances: edgeLengths(positions, indptr, indices) };
}

function copyAscending(ids: Uint32Array, count: number, to: Uint32Array, offset: number): void {
  for (let i = 0; i < count; i++) {
    const id = ids[i];
    let at = offset + i;
    while (at > offset && to[at - 1] > id) {
      to[at] = to[at - 1];
      at--;
    }
    to[at] = id;
  }
}
