import type { Strips } from "./strips";

/** The k nearest of one point at a time, into the same two arrays. */
export interface NearestSearch {
  /** Ascending by distance, then by cell number; `count` of them are valid after `find`. */
  readonly ids: Uint32Array;
  readonly squared: Float64Array; // µm²
  /** Finds the neighbours of the point at `place` (its place in strip order, in strip `s`), itself excluded. */
  find(s: number, place: number): number;
}

/**
 * Search over strips: outwards in y inside each strip, then strip by strip to both sides, until no nearer point is
 * possible. Equal distances go to the lower cell number, so a strip or a point exactly as far as the worst is looked at.
 *
 * Quick when called for the points of a strip one after the other: the place where a neighbouring strip reaches the same
 * y is remembered and only moves upwards.
 */
export function createNearestSearch(strips: Strips, k: number): NearestSearch {
  const { x, y, ids: cellOf, start, left, right } = strips;
  const nStrips = left.length;
  const ids = new Uint32Array(k);
  const squared = new Float64Array(k);
  const hint = new Uint32Array(nStrips);
  const hintOf = new Int32Array(nStrips).fill(-1);
  let count = 0;
  let worst = Infinity;
  let qx = 0;
  let qy = 0;

  const offer = (d: number, id: number): void => {
    let at: number;
    if (count < k) at = count++;
    else if (d < worst || id < ids[k - 1]) at = k - 1;
    else return;
    while (at > 0 && (squared[at - 1] > d || (squared[at - 1] === d && ids[at - 1] > id))) {
      squared[at] = squared[at - 1];
      ids[at] = ids[at - 1];
      at--;
    }
    squared[at] = d;
    ids[at] = id;
    if (count === k) worst = squared[k - 1];
  };

  const scan = (below: number, above: number, first: number, end: number): void => {
    for (let j = above; j < end; j++) {
      const dy = y[j] - qy;
      const dyy = dy * dy;
      if (dyy > worst) break;
      const dx = x[j] - qx;
      const d = dx * dx + dyy;
      if (d <= worst) offer(d, cellOf[j]);
    }
    for (let j = below; j >= first; j--) {
      const dy = y[j] - qy;
      const dyy = dy * dy;
      if (dyy > worst) break;
      const dx = x[j] - qx;
      const d = dx * dx + dyy;
      if (d <= worst) offer(d, cellOf[j]);
    }
  };

  const scanOther = (s: number, t: number): void => {
    const first = start[t];
    const end = start[t + 1];
    // points of one strip ask in ascending y, so the hint never has to go back; a jump backwards starts afresh
    let at = hintOf[t] === s && (hint[t] === first || y[hint[t] - 1] < qy) ? hint[t] : first;
    while (at < end && y[at] < qy) at++;
    hint[t] = at;
    hintOf[t] = s;
    scan(at - 1, at, first, end);
  };

  return {
    ids,
    squared,
    find(s, place) {
      count = 0;
      worst = Infinity;
      qx = x[place];
      qy = y[place];
      scan(place - 1, place + 1, start[s], start[s + 1]);
      let l = s - 1;
      let r = s + 1;
      while (l >= 0 || r < nStrips) {
        if (l >= 0) {
          const gap = qx - right[l];
          if (gap * gap > worst) l = -1;
          else scanOther(s, l--);
        }
        if (r < nStrips) {
          const gap = left[r] - qx;
          if (gap * gap > worst) r = nStrips;
          else scanOther(s, r++);
        }
      }
      return count;
    },
  };
}
