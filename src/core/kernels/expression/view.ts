import { LabError } from "../../errors";
import { hash32 } from "../../random";

/**
 * Expression as one augmentation sees it. Nothing of a view is stored: each draw is a hash of (seed, cell, gene), so it is
 * the same in the forward pass and in the gradient, in every batch and on every backend.
 *
 * The order is counts, preprocessing, dropout, noise; what is centred is centred afterwards, so that a dropped gene reads as
 * one that was not found in the cell.
 */
export interface ExpressionView {
  /** 32-bit integer; a new one for every step and view. */
  readonly seed: number;
  /** Each gene is lost with probability `rate` in [0, 1): of each cell by itself, or one draw per gene for all cells. */
  readonly geneDropout?: { readonly rate: number; readonly per: "entry" | "gene" };
  /** Normal noise of that standard deviation, in preprocessed units; on "all" genes a row is walked densely. */
  readonly noise?: { readonly deviation: number; readonly on: "expressed" | "all" };
  /**
   * Counts drawn anew, before the size factor: mean v, variance `overdispersion` v for a count of v, in (0, 10].
   * Every molecule is found with probability q = 2 / (2 + overdispersion), and then as a geometric number of copies with
   * mean 1 / q. The copies of a given number of found molecules are negative binomial; with overdispersion 2 the count
   * is NB(v, 1/2) altogether. A gene that was not found stays so. Cost: some draws for each molecule.
   */
  readonly countNoise?: { readonly overdispersion: number };
}

/** A view in the kernels' numbers; all zero for expression as it is. */
export interface ViewKey {
  readonly dropKey: number;
  readonly dropThreshold: number;
  readonly dropPerGene: number;
  readonly noiseKey: number;
  readonly noiseDeviation: number;
  readonly noiseOnAll: number;
  readonly countKey: number;
  readonly countThreshold: number;
}

const STREAMS = { drop: 1, noise: 2, count: 3 };

/** @throws LabError("range") naming the setting that is out of its bounds */
export function viewKey(view: ExpressionView | undefined): ViewKey {
  const { geneDropout: dropout, noise, countNoise } = view ?? {};
  const key = (stream: number): number => hash32(hash32(view?.seed ?? 0) ^ stream);
  const rate = bounded("gene dropout rate", dropout?.rate ?? 0, 0, 1 - 2 ** -32);
  const overdispersion = countNoise ? bounded("count noise overdispersion", countNoise.overdispersion, 1e-6, 10) : null;
  return {
    dropKey: key(STREAMS.drop),
    dropThreshold: Math.round(rate * 2 ** 32),
    dropPerGene: dropout?.per === "gene" ? 1 : 0,
    noiseKey: key(STREAMS.noise),
    noiseDeviation: bounded("noise deviation", noise?.deviation ?? 0, 0, 1e6),
    noiseOnAll: noise?.on === "all" && noise.deviation > 0 ? 1 : 0,
    countKey: key(STREAMS.count),
    countThreshold:
      overdispersion === null ? 0 : Math.min(2 ** 32 - 1, Math.round((2 / (2 + overdispersion)) * 2 ** 32)),
  };
}

function bounded(name: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw new LabError("range", `expression view: ${name} must be from ${min} to ${max}, got ${value}.`);
}

/** What the draws of one cell start from. */
export const rowKey = (cell: number, key: number): number => hash32(cell ^ key);

/** Standard normal from a hash, by Box & Muller's formula: the radius from it, the angle from its successor. */
export function normalOf(hash: number): number {
  const radius = Math.sqrt(-2 * Math.log(Math.fround((hash >>> 8) + 0.5) * 2 ** -24));
  return radius * Math.cos(2 * Math.PI * ((next(hash) >>> 8) * 2 ** -24 - 0.5));
}

/** A count drawn anew. What is not whole of it stays. */
export function noisyCount(count: number, hash: number, threshold: number): number {
  const whole = Math.max(0, Math.floor(count));
  let state = hash;
  let copies = 0;
  const found = (): boolean => {
    state = next(state);
    return state < threshold;
  };
  for (let molecule = 0; molecule < whole; molecule++) {
    if (!found()) continue;
    do copies++;
    while (!found());
  }
  return copies + (count - whole);
}

const next = (hash: number): number => hash32(hash + 0x9e3779b9);
