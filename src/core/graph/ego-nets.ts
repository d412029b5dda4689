import { append, clear, type Expansion, nextStamp, placeOf } from "./expansion";
import { makeRoom, thinned } from "./row-list";

/**
 * Ego-nets of as many hops as the network has layers, merged: a cell that several targets reach is there once. The rows
 * are those of the full graph, so every target's embedding is the full graph's (but for the statistics of a batch norm).
 *
 * Row i is met first at its own hop and serves every layer: layer l reads the first sizes[layers - 1 - l] rows.
 */
export function mergedEgoNets(expansion: Expansion, targets: Uint32Array, layers: number): void {
  clear(expansion);
  const { matrix, sizes } = expansion;
  const [rows] = expansion.rows;
  for (const target of targets) placeOf(expansion, target);
  sizes.push(expansion.nCells);
  for (let hop = 1, done = 0; hop <= layers; hop++) {
    for (const last = sizes[hop - 1]; done < last; done++) {
      const cell = expansion.cells[done];
      const [from, to] = [matrix.indptr[cell], matrix.indptr[cell + 1]];
      makeRoom(rows, done, to - from);
      let n = rows.nEntries;
      rows.begin[done] = n;
      for (let e = from; e < to; e++, n++) {
        rows.indices[n] = placeOf(expansion, matrix.indices[e]);
        rows.data[n] = matrix.data[e];
      }
      rows.end[done] = rows.nEntries = n;
    }
    sizes.push(expansion.nCells);
  }
}

/**
 * Ego-nets of fewer hops than the network has layers, each a component of its own: merged, a target would hear cells
 * beyond its own ego-net by way of another's. A cell stands once in every ego-net that holds it. Order: all targets,
 * then the first hop of every ego-net, then the second, …
 *
 * Rows at the rim lose the cells outside. The other neighbours' weights are scaled up to make good for them
 * (`thinned`): GraphSAGE takes the mean over those present.
 *
 * Source: torch_geometric.utils.k_hop_subgraph, batched. Differs: GCN keeps the full graph's degrees, scaled at the rim.
 */
export function separateEgoNets(expansion: Expansion, targets: Uint32Array, hops: number): void {
  clear(expansion);
  const starts = findCells(expansion, targets, hops);
  const found = expansion.cells.slice(0, expansion.nCells);
  // from one ego-net after another to one hop after another
  const places = new Uint32Array(starts.length); // of the first cell of ego-net n at hop h, at n * (hops + 1) + h
  let next = 0;
  for (let h = 0; h <= hops; h++) {
    for (let n = h; n + 1 < starts.length; n += hops + 1) {
      places[n] = next;
      expansion.cells.set(found.subarray(starts[n], starts[n + 1]), next);
      next += starts[n + 1] - starts[n];
    }
    expansion.sizes.push(next);
  }

  const { place, stamps } = expansion;
  const first = hops + 1;
  for (let ego = 0; ego < targets.length; ego++) {
    nextStamp(expansion);
    const segments = { from: ego * first, to: (ego + 1) * first };
    for (let s = segments.from; s < segments.to; s++) {
      for (let k = starts[s], at = places[s]; k < starts[s + 1]; k++, at++) {
        place[found[k]] = at;
        stamps[found[k]] = expansion.stamp;
      }
    }
    for (let k = starts[segments.from]; k < starts[segments.to]; k++) copyWithin(expansion, found[k]);
  }
}

/** Appends ego-net after ego-net; gives where hop h of ego-net n starts, at n * (hops + 1) + h, and the end. */
function findCells(expansion: Expansion, targets: Uint32Array, hops: number): Uint32Array {
  const { matrix, stamps } = expansion;
  const starts = new Uint32Array(targets.length * (hops + 1) + 1);
  let segment = 0;
  for (const target of targets) {
    nextStamp(expansion);
    starts[segment++] = expansion.nCells;
    stamps[target] = expansion.stamp;
    append(expansion, target);
    for (let hop = 1, done = expansion.nCells - 1; hop <= hops; hop++) {
      const last = expansion.nCells;
      starts[segment++] = last;
      for (; done < last; done++) {
        const cell = expansion.cells[done];
        for (let e = matrix.indptr[cell]; e < matrix.indptr[cell + 1]; e++) {
          const j = matrix.indices[e];
          if (stamps[j] === expansion.stamp) continue;
          stamps[j] = expansion.stamp;
          append(expansion, j);
        }
      }
    }
  }
  starts[segment] = expansion.nCells;
  return starts;
}

/** The row of a cell, without what is not stamped. */
function copyWithin(expansion: Expansion, cell: number): void {
  const { matrix, place, stamps, stamp } = expansion;
  const [rows] = expansion.rows;
  const [from, to] = [matrix.indptr[cell], matrix.indptr[cell + 1]];
  const row = place[cell];
  makeRoom(rows, row, to - from);
  const start = rows.nEntries;
  let n = start;
  for (let e = from; e < to; e++) {
    const j = matrix.indices[e];
    if (stamps[j] !== stamp) continue;
    rows.indices[n] = place[j];
    rows.data[n++] = matrix.data[e];
  }
  rows.begin[row] = start;
  rows.end[row] = rows.nEntries = n;
  thinned(rows, row, to - from);
}
