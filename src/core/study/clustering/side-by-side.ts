import { assertShape } from "../../errors";

/**
 * Embeddings of the same cells side by side, each over one scale: the root mean square of its centred values. What looks at
 * distances then hears every network alike.
 *
 * @param parts  one or more, each of shape (nObs, own width), row-major
 * @returns      (nObs, sum of widths); the embedding itself where there is one
 * @throws LabError("shape") if one is of other cells
 */
export function sideBySide(parts: readonly Float32Array[], nObs: number): Float32Array {
  for (const part of parts) assertShape("Embeddings side by side, rest of a row", [part.length % nObs], [0]);
  if (parts.length === 1) return parts[0];
  const widths = parts.map((part) => part.length / nObs);
  const width = widths.reduce((sum, w) => sum + w, 0);
  const out = new Float32Array(nObs * width);
  let from = 0;
  parts.forEach((part, p) => {
    const d = widths[p];
    const scale = 1 / spread(part, d);
    for (let i = 0; i < nObs; i++) for (let j = 0; j < d; j++) out[i * width + from + j] = part[i * d + j] * scale;
    from += d;
  });
  return out;
}

/** 1 for an embedding in which nothing varies. */
function spread(x: Float32Array, d: number): number {
  const n = x.length / d;
  const mean = new Float64Array(d);
  for (let e = 0; e < x.length; e++) mean[e % d] += x[e] / n;
  let squares = 0;
  for (let e = 0; e < x.length; e++) squares += (x[e] - mean[e % d]) ** 2;
  return Math.sqrt(squares / x.length) || 1;
}
