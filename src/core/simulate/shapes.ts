/** Distance to an outline, negative inside; exact for capsules, close near the edge for ellipses. */

/** Ellipse about (cx, cy) with half axes rx, ry, turned by `turn` radians counter-clockwise. */
export function ellipse(
  x: number,
  y: number,
  { cx, cy, rx, ry, turn = 0 }: { cx: number; cy: number; rx: number; ry: number; turn?: number },
): number {
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  const u = (c * (x - cx) + s * (y - cy)) / rx;
  const v = (c * (y - cy) - s * (x - cx)) / ry;
  const level = Math.sqrt(u * u + v * v);
  const slope = Math.sqrt((u * u) / (rx * rx) + (v * v) / (ry * ry));
  return slope === 0 ? -Math.min(rx, ry) : (level * (level - 1)) / slope;
}

/** Where a point lies along a bent line: distance from it and how far along, 0 at its first corner, 1 at its last. */
export interface AlongLine {
  readonly distance: number;
  readonly along: number;
  /** Which side: positive to the left of the direction of travel. */
  readonly side: number;
}

export function alongLine(x: number, y: number, corners: readonly (readonly [number, number])[]): AlongLine {
  let best: AlongLine = { distance: Infinity, along: 0, side: 0 };
  for (let i = 0; i + 1 < corners.length; i++) {
    const [ax, ay] = corners[i];
    const bx = corners[i + 1][0] - ax;
    const by = corners[i + 1][1] - ay;
    const t = Math.min(1, Math.max(0, ((x - ax) * bx + (y - ay) * by) / (bx * bx + by * by)));
    const dx = x - ax - t * bx;
    const dy = y - ay - t * by;
    const distance = Math.sqrt(dx * dx + dy * dy);
    if (distance < best.distance)
      best = { distance, along: (i + t) / (corners.length - 1), side: Math.sign(bx * (y - ay) - by * (x - ax)) };
  }
  return best;
}

/** Union of two outlines with the crease between them filled, `width` wide. Source: Quilez, polynomial smooth minimum. */
export function blend(a: number, b: number, width: number): number {
  const h = Math.max(0, width - Math.abs(a - b)) / width;
  return Math.min(a, b) - (h * h * width) / 4;
}
