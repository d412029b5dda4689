import { hash32 } from "../random";
import type { Place } from "./tissue-plan";

/** Chosen places of one section, row by row from the top. */
export interface Sites {
  readonly spatial: Float32Array; // (n, 2), µm
  readonly domain: Int8Array; // (n,)
  readonly axis: Float32Array; // (n,)
}

export interface Lattice {
  /** Distance of neighbouring sites, µm. */
  readonly pitch: number;
  /** The lattice covers [-reach, reach] in x and y, µm. */
  readonly reach: number;
  readonly salt: number;
  /** Chance of a cell relative to other places, 0 outside the tissue; fills in `place`. */
  readonly locate: (x: number, y: number, place: Place) => number;
}

/**
 * Exactly `nWanted` sites of a jittered hexagonal lattice, chosen at random in proportion to `locate`; null if the tissue
 * has fewer. Every site draws from a hash of its own number, so the choice does not depend on the order of work.
 */
export function pickSites(
  nWanted: number,
  { pitch, reach, salt, locate }: Lattice,
  each: (share: number) => void,
): Sites | null {
  const rowHeight = pitch * Math.sqrt(0.75);
  const nRows = Math.floor((2 * reach) / rowHeight);
  const nColumns = Math.floor((2 * reach) / pitch);
  const place: Place = { domain: -1, axis: 0 };

  const found = { size: 0, spatial: new Float32Array(0), domain: new Int8Array(0), axis: new Float32Array(0) };
  let keys = new Float32Array(0);
  const grow = (): void => {
    const room = Math.max(1024, 2 * nWanted, 2 * keys.length);
    found.spatial = extended(found.spatial, new Float32Array(2 * room));
    found.domain = extended(found.domain, new Int8Array(room));
    found.axis = extended(found.axis, new Float32Array(room));
    keys = extended(keys, new Float32Array(room));
  };
  for (let row = 0; row < nRows; row++) {
    if (row % 16 === 0) each(row / nRows);
    for (let column = 0; column < nColumns; column++) {
      const h = hash32(hash32(salt ^ row) ^ Math.imul(column + 1, 0x9e3779b1));
      const h2 = hash32(h ^ 0x5bd1e995);
      const jitterX = ((h & 0xffff) / 0xffff - 0.5) * 0.7;
      const jitterY = ((h >>> 16) / 0xffff - 0.5) * 0.7;
      const x = (column + (row % 2) / 2 + jitterX) * pitch - reach;
      const y = (row + jitterY) * rowHeight - reach;
      const weight = locate(x, y, place);
      if (weight <= 0) continue;
      const at = found.size++;
      if (at === keys.length) grow();
      // the smallest keys win: exponential waiting times make the odds those of the weights
      keys[at] = -Math.log(1 - h2 / 2 ** 32) / weight;
      found.spatial[2 * at] = x;
      found.spatial[2 * at + 1] = y;
      found.domain[at] = place.domain;
      found.axis[at] = place.axis;
    }
  }
  return found.size < nWanted ? null : smallest(nWanted, keys.subarray(0, found.size), found);
}

/** The sites of the n smallest keys, in their order; among equal keys the first. */
function smallest(n: number, keys: Float32Array, from: Sites): Sites {
  const last = keys.slice().sort()[n - 1];
  let spare = n;
  for (let i = 0; i < keys.length; i++) if (keys[i] < last) spare--;

  const to = { spatial: new Float32Array(2 * n), domain: new Int8Array(n), axis: new Float32Array(n) };
  let at = 0;
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] > last || (keys[i] === last && spare-- <= 0)) continue;
    to.spatial[2 * at] = from.spatial[2 * i];
    to.spatial[2 * at + 1] = from.spatial[2 * i + 1];
    to.domain[at] = from.domain[i];
    to.axis[at++] = from.axis[i];
  }
  return to;
}

function extended<T extends Float32Array | Int8Array>(old: T, room: T): T {
  room.set(old);
  return room;
}
