import { symmetricEigen } from "../preprocess/symmetric-eigen";
import { methodCatalog, type SslMethodId } from "./catalog";

/** Whether an embedding still tells cells apart. */
export interface CollapseReport {
  /** Mean standard deviation of the channels of unit-length embeddings, times √channels: 0 where all cells agree, 1 at most. */
  readonly spread: number;
  /** How many directions the embedding uses, from 1 to channels. */
  readonly effectiveRank: number;
  readonly channels: number;
  /** How many prototypes cells are shared out among, evenly counted; null for methods without. */
  readonly prototypesInUse: number | null;
  /** What went wrong and the likely cause; null where nothing did. */
  readonly words: string | null;
}

/** Cells at most that are looked at, at even distances. */
const MOST_CELLS = 4000;
/** Below this spread all cells are nearly one. */
const LEAST_SPREAD = 0.05;
/** Fewer directions than this, or this share of the channels, are too few to tell tissue apart. */
const LEAST_RANK = 2;
const LEAST_RANK_SHARE = 0.05;
const LEAST_PROTOTYPE_SHARE = 0.1;

/**
 * Looks at an embedding, (nObs, channels), and at the prototype of each cell where there are any.
 *
 * Source: the standard deviation of Chen & He 2021, arXiv:2011.10566, sec. 4.1; the effective rank, exp of the entropy of
 * the normalised singular values, of Roy & Vetterli 2007. Centred first, so that what all cells share counts for nothing.
 */
export function watchCollapse(
  embedding: Float32Array,
  channels: number,
  method: SslMethodId,
  prototypes: { readonly assigned: ArrayLike<number>; readonly count: number } | null = null,
): CollapseReport {
  const rows = sampledRows(embedding, channels);
  const spread = spreadOf(rows, channels);
  const effectiveRank = rankOf(rows, channels);
  const prototypesInUse = prototypes && evenlyCounted(prototypes.assigned, prototypes.count);
  const name = methodCatalog[method].name;
  let words: string | null = null;
  if (!(spread >= LEAST_SPREAD)) {
    words = `The embedding collapsed: all cells have nearly the same. ${causes[method]}`;
  } else if (effectiveRank < Math.max(LEAST_RANK, LEAST_RANK_SHARE * channels) && channels > LEAST_RANK) {
    words = `The embedding uses ${effectiveRank.toFixed(1)} of ${channels} directions. ${causes[method]}`;
  } else if (prototypes && prototypesInUse !== null && prototypesInUse < LEAST_PROTOTYPE_SHARE * prototypes.count) {
    words = `${name} uses ${prototypesInUse.toFixed(1)} of ${prototypes.count} prototypes. ${causes[method]}`;
  }
  return { spread, effectiveRank, channels, prototypesInUse, words };
}

const tooFast = "Likely the learning rate is too large: try a tenth of it.";
const causes: Readonly<Record<SslMethodId, string>> = {
  simclr: `Likely the temperature is too high, or batches hold too few cells to tell apart. ${tooFast}`,
  moco: `Likely the temperature is too high or the queue too short. ${tooFast}`,
  byol: `Likely the momentum is too low for the learning rate: raise it towards 0.999. ${tooFast}`,
  bgrl: `Likely the momentum is too low for the learning rate: raise it towards 0.999. ${tooFast}`,
  simsiam: `SimSiam collapses with views that are too much alike: raise gene dropout or edge drop. ${tooFast}`,
  swav: "Likely there are more prototypes than cells in a batch: lower their number, or give a queue.",
  "barlow-twins": `Likely the decorrelation weighs too little: try about 1 / projection. ${tooFast}`,
  vicreg: `Likely variance and covariance weigh too little beside invariance. ${tooFast}`,
  grace: `Likely the temperature is too high, or batches hold too few cells to tell apart. ${tooFast}`,
  mae: `Masked expression has nothing that would draw cells together. ${tooFast}`,
  graphmae: `Rebuilding has nothing that would draw cells together. ${tooFast}`,
  supervised: `Likely the classes ask for no more. ${tooFast}`,
  dgi: `Likely the tissue was told from its shuffled copy by one direction alone: train shorter, or choose another method.`,
};

function sampledRows(embedding: Float32Array, channels: number): Float64Array {
  const nObs = embedding.length / channels;
  const n = Math.min(nObs, MOST_CELLS);
  const rows = new Float64Array(n * channels);
  for (let r = 0; r < n; r++) {
    const cell = Math.floor((r * nObs) / n);
    for (let c = 0; c < channels; c++) rows[r * channels + c] = embedding[cell * channels + c];
  }
  return rows;
}

function spreadOf(rows: Float64Array, channels: number): number {
  const n = rows.length / channels;
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (let r = 0; r < n; r++) {
    let length = 0;
    for (let c = 0; c < channels; c++) length += rows[r * channels + c] ** 2;
    const inverse = 1 / Math.max(Math.sqrt(length), 1e-12);
    for (let c = 0; c < channels; c++) {
      const v = rows[r * channels + c] * inverse;
      sums[c] += v;
      squares[c] += v * v;
    }
  }
  let total = 0;
  for (let c = 0; c < channels; c++) total += Math.sqrt(Math.max(0, squares[c] / n - (sums[c] / n) ** 2));
  return (total / channels) * Math.sqrt(channels);
}

function rankOf(rows: Float64Array, channels: number): number {
  const n = rows.length / channels;
  const means = new Float64Array(channels);
  for (let k = 0; k < rows.length; k++) means[k % channels] += rows[k] / n;
  const covariance = new Float64Array(channels * channels);
  const row = new Float64Array(channels);
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < channels; c++) row[c] = rows[r * channels + c] - means[c];
    for (let a = 0; a < channels; a++)
      for (let b = a; b < channels; b++) covariance[a * channels + b] += row[a] * row[b];
  }
  for (let a = 0; a < channels; a++)
    for (let b = 0; b < a; b++) covariance[a * channels + b] = covariance[b * channels + a];
  const singular = symmetricEigen(covariance, channels).values.map((v) => Math.sqrt(Math.max(0, v)));
  return evenCount(singular);
}

/** exp of the entropy of the shares: n equal parts count as n. */
function evenCount(parts: Float64Array): number {
  const total = parts.reduce((a, b) => a + b, 0);
  if (!(total > 0)) return 1;
  let entropy = 0;
  for (const part of parts) if (part > 0) entropy -= (part / total) * Math.log(part / total);
  return Math.exp(entropy);
}

function evenlyCounted(assigned: ArrayLike<number>, count: number): number {
  const uses = new Float64Array(count);
  for (let i = 0; i < assigned.length; i++) uses[assigned[i]]++;
  return evenCount(uses);
}
