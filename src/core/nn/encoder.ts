import type * as tf from "@tensorflow/tfjs-core";
import { LabError } from "../errors";
import type { DeviceCsr } from "../kernels/device-csr";
import type { Dropout } from "../kernels/dropout/reference";
import { layerTail } from "../kernels/layer-tail";
import { hash32 } from "../random";
import { affineOf, type BatchStatistics, batchNorm, movedStatistics, type NamedStatistics } from "./batch-norm";
import { blockedLayer } from "./blocked-layer";
import { type EncoderSpec, isNormed } from "./encoder-spec";
import type { Features } from "./features";
import { gatConv, gatConvAttention } from "./gat-conv";
import { gatv2Conv, gatv2ConvAttention } from "./gatv2-conv";
import { gcnConv } from "./gcn-conv";
import type { DeviceRowBlock, LayerGraph } from "./layer-graph";
import { gated, ownPath } from "./own-path";
import { chooseRows, type RowChoice } from "./row-choice";
import { firstRows } from "./rows";
import { sageConv } from "./sage-conv";
import { type Params, tidy } from "./tensors";

/** Training draws dropout from `seed` and normalises by the batch; evaluation does neither. */
export type Mode = { readonly kind: "training"; readonly seed: number } | { readonly kind: "evaluation" };

// dropout of activations draws from `seed` + layer
const ATTENTION_STREAM = 64;

export interface Encoded {
  readonly embedding: tf.Tensor2D; // (rows of the last graph, or those wanted of them, hidden)
  /** Of each norm in order, with the cells that they were taken over; empty in evaluation. */
  readonly statistics: readonly NamedStatistics[];
  /**
   * Computes each layer's attention, (nnz, heads), from that layer's input: for whoever asks, in the scope in which
   * `encode` was called. Empty for backbones without attention.
   */
  readonly attention: readonly (() => tf.Tensor2D)[];
}

/**
 * Convolution, batch norm, ELU and dropout per layer; the last layer has neither ELU nor dropout. To its output a cell's own
 * path is added where the encoder has one.
 *
 * @param graphs    what each layer's convolution reads, or one that serves all; the rows of one are the columns of the next
 * @param features  expression of the first one's columns, shape (nCols, nVars)
 * @param wanted    rows of the last graph, none of them padding, whose embedding is made, in that order; null for all
 */
export function encode(
  params: Params,
  spec: EncoderSpec,
  graphs: readonly LayerGraph[],
  features: Features,
  mode: Mode,
  wanted: RowChoice | null = null,
): Encoded {
  const statistics: NamedStatistics[] = [];
  const attention: (() => tf.Tensor2D)[] = [];
  let input = features;
  for (let i = 0; i < spec.layers; i++) {
    const graph = graphs[i] ?? graphs[0];
    const rows = i === spec.layers - 1 ? wanted : null;
    const layer = tidy(() => applyLayer(params, spec, i, graph, input, mode, rows));
    if (layer.statistics) {
      const { mean, variance } = layer.statistics;
      statistics.push({ name: normName(i), mean, variance, nObs: graph.nValid });
    }
    if (layer.attention) attention.push(layer.attention);
    input = { kind: "dense", x: layer.y };
  }
  const embedding = (input as { x: tf.Tensor2D }).x;
  if (!spec.ownPath) return { embedding, statistics, attention };
  const { matrix, nValid } = graphs[spec.layers - 1] ?? graphs[0];
  const own = tidy(() => {
    const { y, statistics } = ownPath(params, spec, features, { nRows: matrix.nRows, nValid }, mode, wanted);
    return { embedding: gated(y, params, embedding), statistics };
  });
  return { embedding: own.embedding, statistics: [...statistics, ...own.statistics], attention };
}

interface Layer {
  readonly y: tf.Tensor2D;
  readonly attention?: () => tf.Tensor2D;
  readonly statistics?: BatchStatistics;
}

function applyLayer(
  params: Params,
  spec: EncoderSpec,
  i: number,
  graph: LayerGraph,
  input: Features,
  mode: Mode,
  wanted: RowChoice | null,
): Layer {
  if (graph.rowBlocks && mode.kind === "training")
    return applyInBlocks(params, spec, i, graph.rowBlocks, input, mode, wanted);
  const last = i === spec.layers - 1;
  const { matrix } = graph;
  const nValid = wanted ? wanted.index.shape[0] : graph.nValid;
  const layer = convolve(params, spec, i, matrix, input, mode, wanted);
  const norm = isNormed(spec, i) ? batchNorm(params, normName(i), layer.y, mode.kind, nValid) : null;
  const y = layerTail(layer.y, {
    norm,
    elu: !last,
    skip: spec.skip && input.kind === "dense" ? chooseRows(firstRows(input.x, matrix.nRows), wanted) : null,
    dropout: !last && mode.kind === "training" ? dropoutOf(spec, i, mode.seed) : null,
    nValid,
  });
  return { ...layer, ...(norm?.ofBatch ? { statistics: norm } : {}), y };
}

/** The same layer in training, one range of rows after the other. */
function applyInBlocks(
  params: Params,
  spec: EncoderSpec,
  i: number,
  blocks: readonly DeviceRowBlock[],
  input: Features,
  mode: Extract<Mode, { kind: "training" }>,
  wanted: RowChoice | null,
): Layer {
  const last = i === spec.layers - 1;
  const { y, statistics } = blockedLayer(blocks, input.kind === "written" ? { ...input, kind: "dense" } : input, {
    // attention's mask counts the edges of a block, so each block draws its own; otherwise the same as undivided
    convolve: (matrix, features, weights, block) => {
      const seed = hash32(mode.seed + Math.imul(block + 1, 0x9e3779b1));
      return convolve({ weights, buffers: {} }, spec, i, matrix, features, { kind: "training", seed }, null).y;
    },
    weights: Object.fromEntries(Object.entries(params.weights).filter(([name]) => name.startsWith(`convs.${i}.`))),
    affine: isNormed(spec, i) ? affineOf(params, normName(i)) : null,
    elu: !last,
    skip: spec.skip && input.kind === "dense", // never of expression, written out or not
    dropout: last ? null : dropoutOf(spec, i, mode.seed),
    wanted,
  });
  return { y, ...(statistics && { statistics }) };
}

function dropoutOf(spec: EncoderSpec, i: number, seed: number): Dropout {
  return { rate: spec.dropout, seed: hash32(seed + i) };
}

function normName(i: number): string {
  return `norms.${i}.module`;
}

/** Running statistics after one more batch. */
export function updateRunningStatistics(
  buffers: Params["buffers"],
  statistics: Encoded["statistics"],
): Record<string, tf.Tensor> {
  return Object.assign({}, ...statistics.map((of) => movedStatistics(buffers, of.name, of)));
}

function convolve(
  { weights }: Params,
  { backbone, attentionDropout }: EncoderSpec,
  layer: number,
  graph: DeviceCsr,
  input: Features,
  mode: Mode,
  wanted: RowChoice | null,
): Layer {
  const at = <T extends tf.Tensor>(name: string) => weights[`convs.${layer}.${name}`] as T;
  const bias = (name: string) => (at(name) as tf.Tensor1D | undefined) ?? null;
  const dropped =
    mode.kind === "training" && attentionDropout > 0
      ? { rate: attentionDropout, seed: hash32(mode.seed + ATTENTION_STREAM + layer) }
      : null;
  switch (backbone) {
    case "gcn":
      return { y: gcnConv(graph, input, { weight: at("lin.weight"), bias: bias("bias") }, wanted) };
    case "sage": {
      const [neighbourWeight, rootWeight] = [at<tf.Tensor2D>("lin_l.weight"), at<tf.Tensor2D>("lin_r.weight")];
      return { y: sageConv(graph, input, { neighbourWeight, rootWeight, bias: bias("lin_l.bias") }, wanted) };
    }
    case "gat": {
      const [attSource, attTarget] = [at<tf.Tensor3D>("att_src"), at<tf.Tensor3D>("att_dst")];
      const own = { weight: at<tf.Tensor2D>("lin.weight"), attSource, attTarget, bias: bias("bias") };
      const y = gatConv(graph, input, own, dropped, wanted);
      return { y, attention: () => gatConvAttention(graph, input, own) };
    }
    case "gatv2": {
      const own = {
        sourceWeight: at<tf.Tensor2D>("lin_l.weight"),
        sourceBias: bias("lin_l.bias"),
        targetWeight: at<tf.Tensor2D>("lin_r.weight"),
        targetBias: bias("lin_r.bias"),
        attention: at<tf.Tensor3D>("att"),
        bias: bias("bias"),
      };
      const y = chooseRows(gatv2Conv(graph, input, own, dropped), wanted);
      return { y, attention: () => gatv2ConvAttention(graph, input, own) };
    }
    default:
      backbone satisfies never;
      throw new LabError("internal", `Unknown backbone ${String(backbone)}.`);
  }
}
