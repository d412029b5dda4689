import { LabError } from "../errors";
import type { SpatialGraph } from "./spatial-graph";

/** Cells near one cell along the graph, nearest hop first, ascending inside a hop; the cell itself first, at hop 0. */
export interface Neighbourhood {
  readonly cells: Uint32Array;
  readonly hop: Uint8Array; // (cells.length,)
  /** Length of the shortest path of that many hops, µm: at hop 1 the length of the edge. */
  readonly distances: Float32Array; // (cells.length,)
}

/**
 * Every cell whose features reach `cell` through at most `hops` layers.
 *
 * @throws LabError("range") if the cell is not in the graph, or hops outside 0 .. 255
 */
export function neighbourhood(graph: SpatialGraph, cell: number, hops: number): Neighbourhood {
  const { nNodes, indptr, indices } = graph;
  if (!Number.isInteger(cell) || cell < 0 || cell >= nNodes)
    throw new LabError("range", `Cell ${cell} is not in the graph, which has ${nNodes} cells.`);
  if (!Number.isInteger(hops) || hops < 0 || hops > 255)
    throw new LabError("range", `Neighbourhood: ${hops} hops.`, "Choose a whole number from 0 to 255.");

  const reached = new Map([[cell, { hop: 0, distance: 0 }]]);
  let last = [cell];
  for (let hop = 1; hop <= hops && last.length > 0; hop++) {
    const next: number[] = [];
    for (const i of last)
      for (let e = indptr[i]; e < indptr[i + 1]; e++) {
        const j = indices[e];
        const distance = reached.get(i)!.distance + graph.distances[e];
        const known = reached.get(j);
        if (known === undefined) {
          reached.set(j, { hop, distance });
          next.push(j);
        } else if (known.hop === hop && distance < known.distance) known.distance = distance;
      }
    last = next;
  }
  const found = [...reached].sort(([a, at], [b, bt]) => at.hop - bt.hop || a - b);
  return {
    cells: Uint32Array.from(found, ([j]) => j),
    hop: Uint8Array.from(found, ([, { hop }]) => hop),
    distances: Float32Array.from(found, ([, { distance }]) => distance),
  };
}
