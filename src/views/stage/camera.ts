import type { Fit } from "../tissue/fit-around";

/** Where a view looks: the middle of it, and the zoom as a power of two (0 = one unit is one pixel). */
export interface Camera {
  readonly target: readonly [number, number];
  readonly zoom: number;
}

/** A part of the stage, in CSS pixels from its top left corner. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Bounds of what is to be seen, in the view's own unit. */
export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

const minZoom = -14;
const maxZoom = 8;

/** Free pixels around what is shown, and how much of the height left over goes above it (0.5 = centred). */
export interface FitMargins {
  readonly side: number;
  readonly top: number;
  readonly bottom: number;
  readonly above: number;
}

/** The camera that shows all of `bounds` in `rect`. */
export function fitCamera(bounds: Bounds, rect: Rect, { side, top, bottom, above }: FitMargins): Camera {
  const width = Math.max(bounds.maxX - bounds.minX, 1e-6);
  const height = Math.max(bounds.maxY - bounds.minY, 1e-6);
  const freeHeight = Math.max(rect.height - top - bottom, 16);
  const zoom = clampZoom(Math.log2(Math.min(Math.max(rect.width - 2 * side, 16) / width, freeHeight / height)));
  const scale = 2 ** zoom;
  const middle = top + above * (freeHeight - height * scale) + (height * scale) / 2;
  return {
    target: [(bounds.minX + bounds.maxX) / 2, (bounds.minY + bounds.maxY) / 2 + (rect.height / 2 - middle) / scale],
    zoom,
  };
}

/** The camera that draws points at these pixels of a view. */
export function cameraOf({ scale, x, y }: Fit, { width, height }: Pick<Rect, "width" | "height">): Camera {
  return { target: [(width / 2 - x) / scale, (height / 2 - y) / scale], zoom: clampZoom(Math.log2(scale)) };
}

/** The point of the view's unit under a pixel of the stage. */
export function toWorld(camera: Camera, rect: Rect, x: number, y: number): [number, number] {
  const scale = 2 ** camera.zoom;
  return [
    camera.target[0] + (x - rect.x - rect.width / 2) / scale,
    camera.target[1] + (y - rect.y - rect.height / 2) / scale,
  ];
}

/** The pixel of the stage where a point of the view's unit is drawn. */
export function toScreen(camera: Camera, rect: Rect, x: number, y: number): [number, number] {
  const scale = 2 ** camera.zoom;
  return [
    rect.x + rect.width / 2 + (x - camera.target[0]) * scale,
    rect.y + rect.height / 2 + (y - camera.target[1]) * scale,
  ];
}

/** The camera moved by pixels, as the arrow keys do. */
export function panBy({ target, zoom }: Camera, dx: number, dy: number): Camera {
  const scale = 2 ** zoom;
  return { target: [target[0] + dx / scale, target[1] + dy / scale], zoom };
}

/** The camera zoomed about the middle of its view. */
export function zoomBy({ target, zoom }: Camera, steps: number): Camera {
  return { target, zoom: clampZoom(zoom + steps) };
}

export function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
}

/** Bounds of points, shape (n, 2). */
export function boundsOf(positions: Float32Array): Bounds {
  if (positions.length === 0) return { minX: -1, minY: -1, maxX: 1, maxY: 1 };
  let [minX, minY] = positions;
  let [maxX, maxY] = positions;
  for (let i = 2; i < positions.length; i += 2) {
    minX = Math.min(minX, positions[i]);
    maxX = Math.max(maxX, positions[i]);
    minY = Math.min(minY, positions[i + 1]);
    maxY = Math.max(maxY, positions[i + 1]);
  }
  return { minX, minY, maxX, maxY };
}

function clampZoom(zoom: number): number {
  return Math.min(maxZoom, Math.max(minZoom, zoom));
}
