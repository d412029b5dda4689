/** An upright rectangle, y downwards. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where something is to be seen, px. */
export interface Room {
  /** All must lie within. */
  readonly frame: Box;
  /** What nothing may lie under: a legend, a docked view. */
  readonly taken: readonly Box[];
  /** Above each place, for its name; 0 without names. */
  readonly nameHeight?: number;
}

/** px of a point: `scale` times the point, plus (x, y). */
export interface Fit {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

const gap = 8; // px between a place and what is taken
const steps = 40;
const shrink = 0.97; // of the scale, a step; 0.3 in the end
const stops = 17; // places tried in each direction

/**
 * The largest scale, to 3 %, at which places that stand as they stand find room beside all that is taken, as far in the middle
 * of the width and as far up as they can; null where they would have to be less than a third of what the frame alone allows.
 */
export function fitAround(places: readonly Box[], { frame, taken, nameHeight = 0 }: Room): Fit | null {
  const left = Math.min(...places.map((p) => p.left));
  const top = Math.min(...places.map((p) => p.top));
  const width = Math.max(...places.map((p) => p.left + p.width)) - left;
  const height = Math.max(...places.map((p) => p.top + p.height)) - top;
  let scale = Math.min(
    Math.max(frame.width, 1) / Math.max(width, 1e-9),
    Math.max(frame.height, 1) / Math.max(height, 1e-9),
  );
  for (let step = 0; step < steps; step++, scale *= shrink) {
    const [spareX, spareY] = [frame.width - scale * width, frame.height - scale * height];
    let best: Fit | null = null;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let i = 0; i < stops; i++) {
      for (let j = 0; j < stops; j++) {
        const [across, down] = [i / (stops - 1), j / (stops - 1)];
        const x = frame.left + across * spareX - scale * left;
        const y = frame.top + down * spareY - scale * top;
        const cost = Math.abs(across - 0.5) * spareX + Math.abs(down - 0.2) * spareY;
        if (cost < bestCost && places.every((place) => isFree(place, { scale, x, y }, taken, nameHeight)))
          [best, bestCost] = [{ scale, x, y }, cost];
      }
    }
    if (best) return best;
  }
  return null;
}

function isFree(place: Box, { scale, x, y }: Fit, taken: readonly Box[], nameHeight: number): boolean {
  const left = scale * place.left + x - gap;
  const right = scale * (place.left + place.width) + x + gap;
  const top = scale * place.top + y - nameHeight - gap;
  const bottom = scale * (place.top + place.height) + y + gap;
  return taken.every(
    (box) => right <= box.left || left >= box.left + box.width || bottom <= box.top || top >= box.top + box.height,
  );
}
