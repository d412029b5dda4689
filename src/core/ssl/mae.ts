/**
 * @file Masked expression: all genes of a share of the cells are hidden, or single genes of each, or both; a graph encoder
 * sees the rest, a linear decoder rebuilds what was hidden. No negatives, no collapse.
 *
 * Source: Richter et al. 2023 (SpatialSSL), eq. 1-2: whole cells masked, error on masked cells alone;
 * after He et al. 2022, arXiv:2111.06377. Masks by type and by niche, single entries and an error over all entries are those
 * of its published code, theislab/spatial_atlas_ssl.
 * Differs: the decoder starts at the mean expression, so that the first epochs are not spent on it; a hidden row may
 * be filled by a learned token that starts there too, as in GraphMAE, which starts it at zero.
 */
import * as tf from "@tensorflow/tfjs-core";
import { LabError } from "../errors";
import { type ExpressionView, type RowList, uploadRows } from "../kernels/expression";
import { type Encoded, encode, updateRunningStatistics } from "../nn/encoder";
import type { Features } from "../nn/features";
import { linearInit } from "../nn/init";
import { initEncoder } from "../nn/init-encoder";
import { type EntryTargets, hiddenEntryErrors, hiddenEntryMeans } from "../nn/linear-decoder-entries";
import { decode, type LinearDecoder, squaredErrors } from "../nn/linear-decoder-mse";
import { chooseRows, type RowChoice } from "../nn/row-choice";
import { type Params, underPrefix, withPrefix } from "../nn/tensors";
import type { GraphBatch } from "./graph-batch";
import { type Choice, type HiddenCells, hiddenCells, hide, hideOne, seenRows, whileHidden } from "./hidden-cells";
import { type MaeConfig, maeInfo } from "./mae-config";
import { drawMask } from "./masks";
import type { SslMethod } from "./method";

interface Views {
  readonly batch: GraphBatch;
  readonly seen: RowList;
  /** Cells that are compared whole; null where none are. */
  readonly whole: HiddenCells | null;
  /** What hides single genes of the cells that are seen; null where none are. */
  readonly entries: ExpressionView | null;
  /** Targets that are compared in the genes that were hidden of them; null where none are. */
  readonly inPart: InPart | null;
}

interface InPart {
  readonly targets: EntryTargets;
  /** Their rows; null where they are all rows of the embedding. */
  readonly choice: RowChoice | null;
}

interface Outputs {
  readonly errors: tf.Tensor2D | null; // squared error of each cell that is compared whole, summed over genes, (nCells, 1)
  /** Squared errors of hidden genes of other cells, summed, and how many there are; (2,). */
  readonly entries: tf.Tensor1D | null;
  readonly nVars: number;
  readonly statistics: Encoded["statistics"];
}

export const mae: SslMethod<MaeConfig, Views, Outputs> = {
  id: "mae",
  source: "Richter et al. 2023, eq. 1-2; arXiv:2111.06377",
  defaults: maeInfo.defaults,

  init({ encoder, config }, batch, rng) {
    const { weights, buffers } = initEncoder(encoder, rng);
    const token = config.maskFill === "token" ? { mask_token: tf.reshape(batch.geneMeans, [1, -1]) } : {};
    return {
      weights: {
        ...withPrefix("encoder", weights),
        ...token,
        "decoder.weight": linearInit([encoder.hidden, encoder.nVars], encoder.hidden, rng),
        "decoder.bias": tf.clone(batch.geneMeans),
      },
      buffers: withPrefix("encoder", buffers),
    };
  },

  augment(batch, config, rng) {
    const choice = drawMask(batch, config.mask, config.maskRatio, rng);
    return viewOf(batch, choice, config, config.entryRatio > 0 ? Math.floor(rng() * 2 ** 32) : 0);
  },

  forward(params, { batch, seen, whole, entries, inPart }, { encoder, config }, mode) {
    const features = { ...featuresOf(params, batch, seen), ...(entries ? hiding(batch, entries, config) : {}) };
    const { nVars } = batch;
    const decoder = decoderOf(params);
    // where whole cells alone are compared the last layer computes no others
    const wanted = inPart ? null : whole;
    const { embedding, statistics } = encode(encoderOf(params), encoder, batch.graphs, features, mode, wanted);
    const codes = wanted ? embedding : whole && chooseRows(embedding, whole);
    const errors = whole && codes ? squaredErrors(whole.targets, codes, decoder) : null;
    const compared = inPart && hiddenEntryErrors(inPart.targets, chooseRows(embedding, inPart.choice), decoder);
    return { errors, entries: compared, nVars, statistics };
  },

  loss({ errors, entries, nVars }) {
    const wholeCount = (errors?.shape[0] ?? 0) * nVars;
    if (!entries) return tf.div(errors ? tf.sum(errors) : 0, Math.max(1, wholeCount));
    const [sum, count] = tf.split(entries, 2).map((one) => tf.reshape<tf.Rank.R0>(one, []));
    const all = errors ? tf.add<tf.Scalar>(tf.sum(errors), sum) : sum;
    return tf.div(all, tf.maximum(tf.add(count, wholeCount), 1));
  },

  update({ buffers }, { statistics }) {
    return withPrefix("encoder", updateRunningStatistics(underPrefix("encoder", buffers), statistics));
  },

  embed(params, batch, { encoder }) {
    const features = featuresOf(params, batch, uploadRows(batch.x, batch.cells));
    return encode(encoderOf(params), encoder, batch.graphs, features, { kind: "evaluation" });
  },

  /**
   * While it is hidden, over genes; where no cell is ever hidden whole, over the genes that are hidden of it once.
   */
  cellLosses(params, batch, setting, rng) {
    const { config, encoder } = setting;
    const mode = { kind: "evaluation" } as const;
    if (config.mask === "none" && config.entryRatio > 0) {
      const none = { targets: new Uint32Array(), others: new Uint32Array() };
      const { entries, seen } = viewOf(batch, none, { ...config, errorOn: "hidden" }, Math.floor(rng() * 2 ** 32));
      if (!entries) throw new LabError("internal", "A view that hides genes hides none.");
      const features = { ...featuresOf(params, batch, seen), ...hiding(batch, entries, config) };
      const { embedding } = encode(encoderOf(params), encoder, batch.graphs, features, mode);
      const rows = Int32Array.from({ length: batch.nObs }, (_, row) => row);
      return hiddenEntryMeans(targetsOf(batch, rows, entries), embedding, decoderOf(params));
    }
    const sums = whileHidden(batch, config.maskRatio, rng, (choice) => {
      const view = hide(batch, choice);
      const features = featuresOf(params, batch, view.seen);
      const { embedding } = encode(encoderOf(params), encoder, batch.graphs, features, mode, view.hidden);
      return { view, errors: squaredErrors(view.hidden.targets, embedding, decoderOf(params)) };
    });
    return tf.div(sums, batch.nVars);
  },

  rebuild(params, batch, { encoder }, row) {
    const { seen, hidden } = hideOne(batch, row);
    const features = featuresOf(params, batch, seen);
    const mode = { kind: "evaluation" } as const;
    const { embedding } = encode(encoderOf(params), encoder, batch.graphs, features, mode, hidden);
    const rebuilt = decode(embedding, decoderOf(params));
    return tf.reshape(batch.x.centers ? tf.add(rebuilt, batch.x.centers) : rebuilt, [batch.nVars]);
  },
};

/** @param seed  of the genes that are hidden of cells that are seen */
function viewOf(batch: GraphBatch, choice: Choice, { entryRatio, errorOn }: MaeConfig, seed: number): Views {
  const { nTargets } = batch;
  const whole = errorOn === "all" ? new Uint32Array(nTargets).map((_, row) => row) : choice.targets;
  const entries = entryRatio > 0 ? ({ seed, geneDropout: { rate: entryRatio, per: "entry" } } as const) : null;
  if (whole.length === 0 && !entries)
    throw new LabError("range", "Masked expression hides nothing.", "Hide cells, or set the masked genes above 0.");
  return {
    batch,
    seen: seenRows(batch, choice),
    whole: whole.length > 0 ? hiddenCells(batch, whole) : null,
    entries,
    inPart: entries && whole.length < nTargets ? inPartOf(batch, whole, entries) : null,
  };
}

function hiding({ x, geneMeans }: GraphBatch, view: ExpressionView, { entryFill }: MaeConfig) {
  return { view, ...(entryFill === "mean" ? { droppedAs: x.centers ?? geneMeans } : {}) };
}

function targetsOf({ x, cells }: GraphBatch, rows: Int32Array, view: ExpressionView): EntryTargets {
  return { x, cells: rows.map((row) => cells[row]), view };
}

/** @param whole  the targets that are compared whole */
function inPartOf(batch: GraphBatch, whole: Uint32Array, view: ExpressionView): InPart {
  const isWhole = new Uint8Array(batch.nTargets);
  for (let i = 0; i < whole.length; i++) isWhole[whole[i]] = 1;
  const rows = new Int32Array(batch.nTargets).map((_, row) => row).filter((row) => isWhole[row] === 0);
  const targets = targetsOf(batch, rows, view);
  const { nRows } = batch.graphs[batch.graphs.length - 1].matrix;
  if (rows.length === nRows) return { targets, choice: null };
  const inverse = new Int32Array(nRows).fill(-1);
  for (let place = 0; place < rows.length; place++) inverse[rows[place]] = place;
  return { targets, choice: { index: tf.tensor1d(rows, "int32"), inverse: tf.tensor1d(inverse, "int32") } };
}

function encoderOf({ weights, buffers }: Params): Params {
  return { weights: underPrefix("encoder", weights), buffers: underPrefix("encoder", buffers) };
}

function decoderOf({ weights }: Params): LinearDecoder {
  return { weight: weights["decoder.weight"] as tf.Tensor2D, bias: weights["decoder.bias"] as tf.Tensor1D };
}

function featuresOf({ weights }: Params, { x }: GraphBatch, rows: RowList): Features {
  return { kind: "expression", x, rows, fill: (weights.mask_token as tf.Tensor2D | undefined) ?? null };
}
