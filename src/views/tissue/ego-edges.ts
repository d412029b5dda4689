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

/** Sizes in pixels of what marks the selected cell and its neighbours. */
export interface SelectionPixels {
  /** Of the selected cell's ring, at least. */
  readonly radius: number;
  readonly line: number;
  /** Of its neighbours' rings, at least; their line is 0 where a ring would cover the disc that it is to mark. */
  readonly neighbourRadius: number;
  readonly neighbourLine: number;
  /** How wide an edge of uniform weight is. */
  readonly uniformEdge: number;
  /** Opacity of the rim that parts edges from discs, 0 to 1. */
  readonly rim: number;
}

/**
 * Marks as large as there is room for. Seen from afar the neighbours lie a few pixels apart, and marks of full size
 * melt into a blot that hides them.
 *
 * @param spacing  pixels from the selected cell to its neighbours
 */
export function selectionPixels(spacing: number): SelectionPixels {
  const neighbourRadius = Math.min(3.5, 0.4 * spacing);
  return {
    radius: Math.min(5, Math.max(3, 0.75 * spacing)),
    line: Math.min(2.5, Math.max(1, spacing / 8)),
    neighbourRadius,
    neighbourLine: neighbourRadius < 2.5 ? 0 : 1,
    uniformEdge: Math.min(4, Math.max(1, 0.12 * spacing)),
    rim: Math.min(1, Math.max(0, (spacing - 6) / 12)),
  };
}
