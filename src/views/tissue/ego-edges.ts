import type { AttentionRecord } from "../../core/train/trainer";

/** An edge from a neighbour to the selected cell. */
export interface EgoEdge {
  readonly cell: number;
  readonly microns: number;
  /** Attention per head, empty without attention. */
  readonly alpha: readonly number[];
}

export interface EgoNet {
  readonly center: number;
  /** Largest attention first, else nearest first. */
  readonly edges: readonly EgoEdge[];
  /** Attention of the cell to itself, per head; empty without attention. */
  readonly selfAlpha: readonly number[];
  /** What each edge would weigh if all weighed the same, the cell itself included where it takes part; null without attention. */
  readonly uniform: number | null;
  readonly nHeads: number;
}

/**
 * The neighbourhood of a cell as it is drawn and listed.
 * With attention, weights are those of the last layer: what the embedding is finally made of.
 */
export function egoNet(
  center: number,
  neighbours: { readonly cells: Uint32Array; readonly hop: Uint8Array; readonly distances: Float32Array },
  attention: AttentionRecord | null,
): EgoNet {
  const record = attention?.cell === center ? attention : null;
  const alpha = record?.layers.at(-1);
  const nHeads = alpha && record ? record.heads : 0;
  // a doubled graph lists a neighbour twice: what it weighs is the sum
  const alphaOf = (cell: number): number[] => {
    const sums = new Array<number>(nHeads).fill(0);
    record?.neighbours.forEach((other, at) => {
      if (other === cell) for (let head = 0; head < nHeads; head++) sums[head] += alpha![at * nHeads + head];
    });
    return sums;
  };
  const edges: EgoEdge[] = [];
  neighbours.cells.forEach((cell, i) => {
    if (neighbours.hop[i] === 1) edges.push({ cell, microns: neighbours.distances[i], alpha: alphaOf(cell) });
  });
  edges.sort((a, b) => (nHeads > 0 ? meanAlpha(b.alpha) - meanAlpha(a.alpha) : a.microns - b.microns));
  const uniform = nHeads > 0 ? 1 / record!.neighbours.length : null;
  return { center, edges, selfAlpha: alphaOf(center), uniform, nHeads };
}

/** Attention of one head, or the mean of all. */
export function alphaAt(alpha: readonly number[], head: number | null): number {
  return head === null ? meanAlpha(alpha) : (alpha[head] ?? Number.NaN);
}

function meanAlpha(alpha: readonly number[]): number {
  return alpha.length === 0 ? Number.NaN : alpha.reduce((sum, a) => sum + a, 0) / alpha.length;
}

/** Width of an edge in pixels: an edge of uniform weight is `uniformPixels` wide, the rest in proportion. */
export function edgePixels(alpha: number, uniform: number | null, uniformPixels = 4): number {
  if (uniform === null || !Number.isFinite(alpha)) return uniformPixels / 2;
  return Math.min(16, Math.max(0.5, (alpha / uniform) * uniformPixels));
}
