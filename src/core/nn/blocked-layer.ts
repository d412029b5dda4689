import * as tf from "@tensorflow/tfjs-core";
import type { DeviceCsr } from "../kernels/device-csr";
import type { Dropout } from "../kernels/dropout/reference";
import { PADDING, uploadRows } from "../kernels/expression";
import { rowSums, takeRows } from "../kernels/gather-rows";
import { type Affine, type BatchStatistics, columnMoments } from "../kernels/layer-tail";
import {
  type GradientSums,
  tailCoefficients,
  tailForward,
  tailGradient,
  tailGradientSums,
  tailPass,
  tailSkipGradient,
} from "../kernels/layer-tail/passes";
import { nestedGradients } from "../kernels/nested-gradients";
import type { Features, WrittenFeatures } from "./features";
import type { DeviceRowBlock } from "./layer-graph";
import type { RowChoice } from "./row-choice";
import { keepResult, type NamedTensors, tidy } from "./tensors";

export interface BlockedLayer {
  /** Sums of a block, before the tail; `block` tells blocks apart where chance is drawn. */
  convolve(graph: DeviceCsr, input: Features, weights: NamedTensors, block: number): tf.Tensor2D;
  /** What `convolve` reads, by name. */
  readonly weights: NamedTensors;
  /** Of the batch norm over all rows; null without one. */
  readonly affine: Affine | null;
  readonly elu: boolean;
  /** Adds the layer's input, which then is dense and as wide. */
  readonly skip: boolean;
  readonly dropout: Dropout | null;
  /** Rows that the output consists of, in that order; null for all. */
  readonly wanted: RowChoice | null;
}

/**
 * A layer in training, one range of rows after the other, of which nothing but its output is kept: the gradient computes
 * each block's inside again. Exact: statistics of the norm are those of all rows, gathered in a first sweep over the
 * blocks, and so are the sums that the gradient needs of them; masks of dropout are those of the whole.
 *
 * @param blocks  of a square matrix; together all rows
 * @param input   dense (nRows, in), or expression with a row for each
 * @returns       y, shape (nRows or rows wanted, out), differentiable in input (or fill), weights and affine; the norm's statistics
 * Cost: where there is a norm, the convolution runs three times instead of once and its sums are held while a sweep
 * lasts; else twice. Blocks are added in order: the same bits each time.
 */
export function blockedLayer(
  blocks: readonly DeviceRowBlock[],
  input: Exclude<Features, WrittenFeatures>,
  layer: BlockedLayer,
): { y: tf.Tensor2D; statistics: BatchStatistics | null } {
  const { weights, affine, elu, skip, dropout, wanted } = layer;
  const names = Object.keys(weights);
  const nRows = input.kind === "dense" ? input.x.shape[0] : input.rows.ids.length;
  const read = input.kind === "dense" ? [input.x] : input.fill ? [input.fill] : [];
  const plain = !affine && !elu && !skip && !dropout?.rate;
  let statistics: BatchStatistics | null = null;

  /** Sums of a block from what it reads (source rows of a dense input, or the fill) and the weights. */
  const sumsOf = (b: number, own: readonly tf.Tensor[], differentiable: boolean): tf.Tensor2D => {
    const given = Object.fromEntries(names.map((name, k) => [name, own[read.length + k]]));
    return layer.convolve(blocks[b].graph.matrix, featuresOf(input, blocks[b], own[0], differentiable), given, b);
  };
  /** The same from the whole input. */
  const blockSums = (b: number, all: readonly tf.Tensor[]): tf.Tensor2D => tidy(() => sumsOf(b, readBy(b, all), false));
  const readBy = (b: number, all: readonly tf.Tensor[]): tf.Tensor[] => {
    const first =
      input.kind === "dense" ? [takeRows(all[0] as tf.Tensor2D, blocks[b].sources)] : all.slice(0, read.length);
    return [...first, ...all.slice(read.length, read.length + names.length)];
  };
  /** Where the block's rows stand in the output, -1 for those that do not. */
  const placesOf = (b: number): tf.Tensor1D => {
    const { own, firstRow, graph } = blocks[b];
    if (!wanted) return own;
    const padding = tf.fill([graph.matrix.nRows - graph.nValid], -1, "int32") as tf.Tensor1D;
    return tf.concat1d([tf.slice1d(wanted.inverse, firstRow, graph.nValid), padding]);
  };
  const passOf = (b: number) => tailPass({ elu, dropout }, blocks[b].graph.nValid, blocks[b].firstRow);

  const op = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const all = args as tf.Tensor[];
    const kept = affine ? blocks.map((_, b) => blockSums(b, all)) : [];
    if (affine) statistics = keepResult(() => momentsOf(kept, blocks));
    const norm = affine && statistics ? { ...statistics, affine, ofBatch: true } : null;
    let y: ReturnType<typeof rowSums> | undefined;
    let coefficients: tf.Tensor | undefined;
    blocks.forEach((block, b) => {
      const u = kept[b] ?? blockSums(b, all);
      y ??= rowSums(wanted ? wanted.index.shape[0] : nRows, u.shape[1]);
      coefficients ??= tailCoefficients(norm, null, u.shape[1]);
      tf.tidy(() => {
        const own = skip ? takeRows(all[0] as tf.Tensor2D, block.own) : null;
        const done = plain ? u : tailForward(u, coefficients as tf.Tensor, own, passOf(b));
        y?.add(done as tf.Tensor2D, placesOf(b));
      });
      u.dispose();
    });
    save([coefficients as tf.Tensor, ...all]);
    const gradFunc = (dy: tf.Tensor, [coefficients, ...all]: tf.Tensor[]) =>
      tidy(() => gradients(dy as tf.Tensor2D, coefficients, all));
    return { value: (y as ReturnType<typeof rowSums>).sums, gradFunc };
  });

  const gradients = (dy: tf.Tensor2D, coefficients: tf.Tensor, all: tf.Tensor[]): tf.Tensor[] => {
    const kept = affine ? blocks.map((_, b) => blockSums(b, all)) : [];
    const channels = dy.shape[1];
    let sums: GradientSums = { sumDz: tf.zeros([channels]), sumDzNormal: tf.zeros([channels]) };
    kept.forEach((u, b) => {
      const before = sums;
      sums = tidy(() => {
        const more = tailGradientSums(u, coefficients, takeRows(dy, placesOf(b)), passOf(b));
        return {
          sumDz: tf.add(before.sumDz, more.sumDz),
          sumDzNormal: tf.add(before.sumDzNormal, more.sumDzNormal),
        };
      });
      tf.dispose([before.sumDz, before.sumDzNormal]);
    });
    const dx = input.kind === "dense" ? rowSums(nRows, all[0].shape[1] as number) : null;
    let total: tf.Tensor[] | undefined;
    blocks.forEach((block, b) => {
      const before = total;
      total = tidy(() => {
        const dyBlock = takeRows(dy, placesOf(b));
        const pass = { ...passOf(b), nNormed: affine ? nRows : 0 };
        const du = plain ? dyBlock : tailGradient(kept[b] ?? blockSums(b, all), coefficients, dyBlock, sums, pass);
        const more = nestedGradients((...own) => sumsOf(b, own, true), readBy(b, all), du);
        if (dx) dx.add(more.shift() as tf.Tensor2D, block.sources);
        if (dx && skip) dx.add(tailSkipGradient(dyBlock, pass) as tf.Tensor2D, block.own);
        return before ? more.map((part, k) => tf.add(before[k], part)) : more;
      });
      tf.dispose([...(before ?? []), ...(kept[b] ? [kept[b]] : [])]);
    });
    return [...(dx ? [dx.sums] : []), ...(total as tf.Tensor[]), ...(affine ? [sums.sumDzNormal, sums.sumDz] : [])];
  };

  const y = op(...read, ...Object.values(weights), ...(affine ? [affine.weight, affine.bias] : []));
  return { y: y as tf.Tensor2D, statistics: statistics && handOver(statistics) };
}

/** Kept tensors as those of the present scope: tfjs frees what a function with a gradient of its own makes besides its value. */
function handOver({ mean, variance }: BatchStatistics): BatchStatistics {
  const own = { mean: tf.clone(mean), variance: tf.clone(variance) };
  tf.dispose([mean, variance]);
  return own;
}

/** What a block reads of the layer's input: rows that were taken already, or the cells of its rows. */
function featuresOf(
  input: Exclude<Features, WrittenFeatures>,
  block: DeviceRowBlock,
  own: tf.Tensor,
  differentiable: boolean,
): Features {
  if (input.kind === "dense") return { kind: "dense", x: own as tf.Tensor2D };
  const ids = block.cells.map((row) => (row < 0 ? PADDING : input.rows.ids[row]));
  // without a gradient no transpose need be made of the list
  const rows = differentiable ? uploadRows(input.x, ids) : { ids, index: tf.tensor1d(ids, "int32"), back: null };
  return { ...input, rows, fill: input.fill && (own as tf.Tensor2D) };
}

/** Mean and variance over all blocks from those of each. Source: Chan, Golub & LeVeque 1983, eq. 1.5. */
function momentsOf(sums: readonly tf.Tensor2D[], blocks: readonly DeviceRowBlock[]): BatchStatistics {
  return tidy(() => {
    const n = blocks.reduce((total, { graph }) => total + graph.nValid, 0);
    const parts = sums.map((u, b) => ({
      ...columnMoments(u, blocks[b].graph.nValid),
      share: blocks[b].graph.nValid / n,
    }));
    const weigh = (values: tf.Tensor2D[]): tf.Tensor2D =>
      values.map((value, b) => tf.mul<tf.Tensor2D>(value, parts[b].share)).reduce((a, b) => tf.add<tf.Tensor2D>(a, b));
    const mean = weigh(parts.map((part) => part.mean));
    const variance = weigh(parts.map((part) => tf.add(part.variance, tf.squaredDifference(part.mean, mean))));
    return { mean, variance };
  });
}
