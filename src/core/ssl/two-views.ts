// What methods that compare two views of the same cells have in common: how the views are drawn, and how they are encoded.

import * as tf from "@tensorflow/tfjs-core";
import { paddedSize } from "../graph/padded-size";
import { type ExpressionView, expressionMatmul, PADDING, type RowList, uploadRows } from "../kernels/expression";
import { type Encoded, encode, type Mode } from "../nn/encoder";
import type { EncoderSpec } from "../nn/encoder-spec";
import type { Features } from "../nn/features";
import type { LayerGraph } from "../nn/layer-graph";
import { firstRows } from "../nn/rows";
import { type Params, underPrefix } from "../nn/tensors";
import { hash32, type Rng } from "../random";
import { maskCells } from "./augment/cell-mask";
import { edgeDrop } from "./augment/edge-drop";
import { expressionNoise } from "./augment/expression-noise";
import { neighbourSample } from "./augment/neighbour-sample";
import { type Thinning, thinGraph } from "./augment/thin-graph";
import type { GraphBatch } from "./graph-batch";
import type { TwoViewsConfig } from "./two-views-config";

/** A batch as one augmentation sees it. */
export interface BatchView {
  readonly batch: GraphBatch;
  readonly rows: RowList;
  readonly expression?: ExpressionView;
  /** Expression of the rows as the view shows it, where that is narrow: every product reads it then. */
  readonly written?: tf.Tensor2D; // (rows, nVars)
  readonly graphs: readonly LayerGraph[];
}

/** Up to so many genes or components a view is written out once; making its draws anew takes longer than the products. */
const WIDEST_WRITTEN = 64;

/** Two views of a batch, drawn independently. */
export function drawTwoViews(batch: GraphBatch, config: TwoViewsConfig, rng: Rng): readonly [BatchView, BatchView] {
  return [drawView(batch, config, rng), drawView(batch, config, rng)];
}

export function drawView(batch: GraphBatch, config: TwoViewsConfig, rng: Rng): BatchView {
  const seed = Math.floor(rng() * 2 ** 32);
  const thin: Thinning[] = [];
  if (config.edgeDrop > 0) thin.push(edgeDrop(config.edgeDrop, hash32(seed ^ 1)));
  if (config.neighbours > 0) thin.push(neighbourSample(config.neighbours, hash32(seed ^ 2)));
  const cells = thin.length > 0 ? padded(batch.cells) : batch.cells;
  const rows = uploadRows(batch.x, maskCells(cells, config.cellMask, hash32(seed ^ 3)));
  const expression = expressionNoise(config, seed);
  return {
    batch,
    rows,
    expression,
    // hidden cells are left out of the products instead
    ...(batch.nVars <= WIDEST_WRITTEN && config.cellMask === 0 && { written: writtenOut(batch, rows, expression) }),
    graphs: thinGraph(batch.graphs, cells, thin),
  };
}

/** x · 1, to the last bit: what is added to an entry is zeros. */
function writtenOut({ x, nVars }: GraphBatch, rows: RowList, view: ExpressionView): tf.Tensor2D {
  const identity = new Float32Array(nVars * nVars);
  for (let j = 0; j < nVars; j++) identity[j * nVars + j] = 1;
  return tf.tidy(() => expressionMatmul(x, tf.tensor2d(identity, [nVars, nVars]), { rows, view }));
}

/** The batch as it is. */
export function plainView(batch: GraphBatch): BatchView {
  return { batch, rows: uploadRows(batch.x, batch.cells), graphs: batch.graphs };
}

function padded(cells: Int32Array): Int32Array {
  const size = paddedSize(cells.length);
  if (size === cells.length) return cells;
  const longer = new Int32Array(size).fill(PADDING);
  longer.set(cells);
  return longer;
}

/**
 * The encoder on a view; of its output the targets alone, (nTargets, hidden).
 *
 * @param stream  so that the dropout of one view is not that of the other
 */
export function encodeView(
  params: Params,
  view: BatchView,
  encoder: EncoderSpec,
  mode: Mode,
  stream = 0,
): Pick<Encoded, "embedding" | "statistics"> {
  const { batch, rows, expression, written, graphs } = view;
  const features: Features = written
    ? { kind: "written", x: written }
    : { kind: "expression", x: batch.x, rows, fill: null, ...(expression ? { view: expression } : {}) };
  const own = { weights: underPrefix("encoder", params.weights), buffers: underPrefix("encoder", params.buffers) };
  const drawn = mode.kind === "training" ? { ...mode, seed: hash32(mode.seed ^ (stream << 16)) } : mode;
  const { embedding, statistics } = encode(own, encoder, graphs, features, drawn);
  return { embedding: firstRows(embedding, batch.nTargets), statistics };
}

/** What every method's `embed` is: the encoder under `encoder` on everything as it is, with running statistics. */
export function embedPlainly(params: Params, batch: GraphBatch, encoder: EncoderSpec): Encoded {
  const own = { weights: underPrefix("encoder", params.weights), buffers: underPrefix("encoder", params.buffers) };
  const features = { kind: "expression", x: batch.x, rows: uploadRows(batch.x, batch.cells), fill: null } as const;
  return encode(own, encoder, batch.graphs, features, { kind: "evaluation" });
}
