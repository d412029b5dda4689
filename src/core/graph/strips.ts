import { orderByCoordinate } from "./coordinate-order";

/**
 * Points cut into vertical strips of equal count, ascending in y inside each strip.
 *
 * A uniform grid is up to one and a half times as fast on even tissue, but a few stray cells far away make its squares
 * too large; strips adapt, and n points never cost more than n^1.5. Neighbours lie side by side in memory, which a tree
 * of nodes does not give (measured in docs/graph.md).
 */
export interface Strips {
  readonly x: Float64Array; // (n,), in strip order
  readonly y: Float64Array; // (n,)
  readonly ids: Uint32Array; // (n,), cell number of each point
  readonly start: Uint32Array; // (nStrips + 1,), strip s owns points start[s] .. start[s + 1]
  readonly left: Float64Array; // (nStrips,), smallest x of each strip
  readonly right: Float64Array; // (nStrips,), largest x
}

/**
 * @param positions  shape (nObs, 2), row-major, µm
 * @param cells      the cells to index, ascending
 * @throws LabError("range") if a coordinate is not finite
 */
export function buildStrips(positions: Float32Array, cells: Uint32Array): Strips {
  const n = cells.length;
  const byX = orderByCoordinate(positions, cells, 0);
  const byY = orderByCoordinate(positions, cells, 1);

  // about two point spacings wide: measured, flat from one and a half to three
  const perStrip = Math.max(1, Math.ceil(2 * Math.sqrt(n)));
  const nStrips = Math.ceil(n / perStrip);
  const start = new Uint32Array(nStrips + 1);
  const left = new Float64Array(nStrips);
  const right = new Float64Array(nStrips);
  const stripOf = new Uint32Array(n);
  for (let s = 0; s < nStrips; s++) {
    const end = Math.min(n, (s + 1) * perStrip);
    start[s + 1] = end;
    left[s] = positions[2 * cells[byX[start[s]]]];
    right[s] = positions[2 * cells[byX[end - 1]]];
    for (let r = start[s]; r < end; r++) stripOf[byX[r]] = s;
  }

  const x = new Float64Array(n);
  const y = new Float64Array(n);
  const ids = new Uint32Array(n);
  const next = start.slice(0, nStrips);
  for (let r = 0; r < n; r++) {
    const local = byY[r];
    const to = next[stripOf[local]]++;
    const id = cells[local];
    ids[to] = id;
    x[to] = positions[2 * id];
    y[to] = positions[2 * id + 1];
  }
  return { x, y, ids, start, left, right };
}
