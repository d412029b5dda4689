import Delaunator from "delaunator";
import { LabError } from "../errors";
import { quiet, type Task, throwIfCancelled } from "../task";
import { orderByCoordinate } from "./coordinate-order";
import { graphFromPairs } from "./pairs";
import { cellsBySection, type SectionCodes } from "./sections";
import type { SpatialGraph } from "./spatial-graph";

export interface DelaunayOptions {
  /** Longer edges are left out; null keeps all, those of the hull across empty space too. */
  readonly maxEdgeMicrons: number | null;
  /** Section of each cell; null or left out means one section. */
  readonly sectionCodes?: SectionCodes | null;
}

/**
 * Delaunay triangulation of cell positions, section by section, both directions of every edge.
 * Cells on one line are linked in order. Of several cells at one place the first is triangulated and the others are
 * linked to it. Of four neighbours on one circle (a square lattice) either diagonal is right; the same one each time.
 *
 * @param positions  shape (nObs, 2), row-major, µm
 * @returns          columns ascending in each row, no self-loops
 * @throws LabError("range") unless maxEdgeMicrons is null or above 0, or if a position is not finite
 * Source: squidpy.gr.spatial_neighbors(delaunay=True), scipy.spatial.Delaunay; triangulation by delaunator.
 * Cost: O(n log n).
 */
export function delaunayGraph(
  positions: Float32Array,
  { maxEdgeMicrons, sectionCodes = null }: DelaunayOptions,
  task: Task = quiet,
): SpatialGraph {
  if (maxEdgeMicrons !== null && !(maxEdgeMicrons > 0))
    throw new LabError(
      "range",
      `Delaunay graph: the longest edge is ${maxEdgeMicrons} µm.`,
      "Choose a length above 0 µm, or no limit.",
    );
  const nNodes = positions.length / 2;
  const pairs: Uint32Array[] = [];
  let done = 0;
  for (const cells of cellsBySection(sectionCodes, nNodes)) {
    throwIfCancelled(task, "Triangulating");
    task.progress(done, nNodes, "triangulating");
    pairs.push(triangulate(positions, cells));
    done += cells.length;
  }
  return graphFromPairs(positions, pairs, maxEdgeMicrons ?? Infinity);
}

/** Undirected edges of one section as pairs of cell numbers, [a0, b0, a1, b1, …]. */
function triangulate(positions: Float32Array, cells: Uint32Array): Uint32Array {
  const { firsts, twins } = foldTwins(positions, cells);
  const coords = new Float64Array(2 * firsts.length);
  // relative to one cell: the in-circle test is in plain doubles and loses bits far from the origin
  const origin = 2 * firsts[0];
  for (let i = 0; i < firsts.length; i++) {
    coords[2 * i] = positions[2 * firsts[i]] - positions[origin];
    coords[2 * i + 1] = positions[2 * firsts[i] + 1] - positions[origin + 1];
  }
  const { triangles, halfedges, hull } = new Delaunator(coords);

  // an inner edge fills two half-edges, one of the hull one
  const pairs = new Uint32Array(triangles.length + 2 * hull.length + twins.length);
  let used = 0;
  const link = (a: number, b: number): void => {
    pairs[used++] = firsts[a];
    pairs[used++] = firsts[b];
  };
  if (triangles.length === 0) for (let h = 1; h < hull.length; h++) link(hull[h - 1], hull[h]);
  // of the two half-edges of an inner edge the later one; one of the hull has no other (-1)
  for (let e = 0; e < triangles.length; e++)
    if (e > halfedges[e]) link(triangles[e], triangles[e % 3 === 2 ? e - 2 : e + 1]);
  pairs.set(twins, used);
  return pairs.subarray(0, used + twins.length);
}

/** The first cell of every place, ascending, and every further cell of a place as a pair with the first. */
function foldTwins(positions: Float32Array, cells: Uint32Array): { firsts: Uint32Array; twins: number[] } {
  const order = orderByCoordinate(positions, cells, 0, orderByCoordinate(positions, cells, 1));
  const isTwin = new Uint8Array(cells.length);
  const twins: number[] = [];
  let first = 0;
  for (let r = 1; r < order.length; r++) {
    const a = cells[order[first]];
    const b = cells[order[r]];
    if (positions[2 * a] === positions[2 * b] && positions[2 * a + 1] === positions[2 * b + 1]) {
      twins.push(a, b);
      isTwin[order[r]] = 1;
    } else first = r;
  }
  return { firsts: cells.filter((_, i) => isTwin[i] === 0), twins };
}
