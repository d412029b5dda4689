import * as tf from "@tensorflow/tfjs-core";
import { csrMatmul } from "../src/core/kernels/csr-matmul";
import { dense } from "../src/core/kernels/dense";
import { uploadCsr } from "../src/core/kernels/device-csr";
import { dropout } from "../src/core/kernels/dropout";
import { expressionMatmul, HIDDEN, uploadExpression, uploadRows } from "../src/core/kernels/expression";
import { gatAggregate } from "../src/core/kernels/gat-attention";
import { gatherRows } from "../src/core/kernels/gather-rows";
import { gatv2Aggregate } from "../src/core/kernels/gatv2-attention";
import { columnMoments, layerTail } from "../src/core/kernels/layer-tail";
import { lseOfOthers } from "../src/core/kernels/similarity-lse";
import { integer, type Rng } from "../src/core/random";

/** One kernel on data of a size. */
export interface KernelCase {
  readonly name: string;
  readonly flops: number | null;
  readonly bytes: number;
  /** How often the gradient repeats the forward pass's arithmetic. */
  readonly again: number;
  /** Of a kernel whose work grows with the square of its rows: as many, whatever the size. */
  readonly rows?: number;
  readonly make: (rng: Rng) => { xs: tf.Tensor[]; f: (...xs: tf.Tensor[]) => tf.Tensor };
}

const WIDTH = 256;
const HEADS = 4;
const PAIRED_ROWS = 4_096;
/** Cases by which the machine's peaks are measured: the faster dense product, and a copy. */
export const [DENSE, COPY] = [[0, 1], [2]];

/** All cases at n rows. */
export function kernelCases(n: number): KernelCase[] {
  const rows = 8 * n * WIDTH; // one tensor of that many rows read, one written
  const sparse = (name: string, perRow: number, nCols: number): KernelCase => ({
    name: `csrMatmul ${name}`,
    flops: 2 * n * perRow * WIDTH,
    bytes: 4 * (2 * n * perRow + (n + nCols) * WIDTH),
    again: 1,
    make: (rng) => {
      const a = uploadCsr(nCols === n ? lattice(n) : randomRows(n, nCols, perRow, rng));
      return { xs: [uniform(nCols, WIDTH, rng)], f: (x) => csrMatmul(a, x as tf.Tensor2D) };
    },
  });
  const moving = (name: string, makeF: () => (x: tf.Tensor) => tf.Tensor): KernelCase => ({
    name,
    flops: null,
    bytes: rows,
    again: 1,
    make: (rng) => ({ xs: [uniform(n, WIDTH, rng)], f: makeF() }),
  });
  const inOrder = (from: (i: number) => number) => () => {
    const rows = tf.tensor1d(
      Int32Array.from({ length: n }, (_, i) => from(i)),
      "int32",
    );
    return (x: tf.Tensor) => gatherRows(x as tf.Tensor2D, rows, rows);
  };
  const product = (name: string, f: (x: tf.Tensor2D, w: tf.Tensor2D) => tf.Tensor): KernelCase => ({
    name,
    flops: 2 * n * WIDTH * WIDTH,
    bytes: rows,
    again: 2,
    make: (rng) => ({
      xs: [uniform(n, WIDTH, rng), uniform(WIDTH, WIDTH, rng)],
      f: (x, w) => f(x as tf.Tensor2D, w as tf.Tensor2D),
    }),
  });
  const fromCounts = (nCols: number, hidden: boolean): KernelCase => {
    const perRow = nCols / 10;
    const share = hidden ? 0.5 : 1; // hidden rows cost nothing, and are counted as nothing
    return {
      name: `expressionMatmul, counts of ${perRow} of ${nCols} genes${hidden ? ", every other cell hidden" : ""}`,
      flops: 2 * n * perRow * WIDTH * share,
      bytes: 3 * n * perRow * share + 4 * (n + nCols) * WIDTH,
      again: 1,
      make: (rng) => {
        const { indptr, indices } = randomRows(n, nCols, perRow, rng);
        const data = Uint8Array.from(indices, () => 1 + integer(rng, 5));
        const raw = { nObs: n, nVars: nCols, X: { indptr, indices: Uint16Array.from(indices), data } };
        const sizeFactors = new Float32Array(n).fill(1);
        const x = uploadExpression(raw, { sizeFactors, log1p: true, inverseDeviations: null, centers: null });
        const ids = Int32Array.from({ length: n }, (_, i) => (hidden && i % 2 === 1 ? HIDDEN : i));
        const list = uploadRows(x, ids);
        return { xs: [uniform(nCols, WIDTH, rng)], f: (w) => expressionMatmul(x, w as tf.Tensor2D, { rows: list }) };
      },
    };
  };
  return [
    product("dense 256 x 256", dense),
    product("dense 256 x 256 by tfjs, transposed first", tfjsProduct),
    moving(
      "copy (gatherRows in order)",
      inOrder((i) => i),
    ),
    ...[500, 3_000].flatMap((nCols) => [false, true].map((hidden) => fromCounts(nCols, hidden))),
    sparse("aggregation over 6 neighbours", 6, n),
    sparse("expression x weight, 50 of 500 genes", 50, 500),
    sparse("expression x weight, 300 of 3,000 genes", 300, 3_000),
    {
      name: "gatAggregate 6 neighbours, 4 heads of 64",
      flops: 2 * 6 * n * WIDTH,
      bytes: rows,
      again: 2,
      make: (rng) => {
        const graph = uploadCsr(lattice(n));
        const f = (h: tf.Tensor, source: tf.Tensor, target: tf.Tensor) =>
          gatAggregate(graph, h as tf.Tensor2D, source as tf.Tensor2D, target as tf.Tensor2D, { negativeSlope: 0.2 });
        return { xs: [uniform(n, WIDTH, rng), uniform(n, HEADS, rng), uniform(n, HEADS, rng)], f };
      },
    },
    {
      name: "gatv2Aggregate 6 neighbours, 4 heads of 64",
      // per channel of an edge: add, slope, multiply and add for the score; multiply and add for the sum
      flops: 6 * 6 * n * WIDTH,
      bytes: 1.5 * rows,
      again: 2,
      make: (rng) => {
        const graph = uploadCsr(lattice(n));
        const f = (h: tf.Tensor, g: tf.Tensor, a: tf.Tensor) =>
          gatv2Aggregate(graph, h as tf.Tensor2D, g as tf.Tensor2D, a as tf.Tensor2D, { negativeSlope: 0.2 });
        return { xs: [uniform(n, WIDTH, rng), uniform(n, WIDTH, rng), uniform(HEADS, WIDTH / HEADS, rng)], f };
      },
    },
    {
      name: "lseOfOthers of 64 channels",
      // a product of every pair of rows; the exponentials come on top
      flops: 2 * PAIRED_ROWS ** 2 * 64,
      bytes: 8 * PAIRED_ROWS * 64,
      again: 2,
      rows: PAIRED_ROWS,
      make: (rng) => {
        const z = uniform(PAIRED_ROWS, 64, rng);
        return { xs: [z], f: (z) => lseOfOthers(z as tf.Tensor2D, 8) };
      },
    },
    {
      name: "layerTail: batch norm, ELU, dropout",
      flops: null,
      bytes: 1.5 * rows, // x for the moments, x and y; backwards x and dy for the sums, x, dy and dx
      again: 5 / 3,
      make: (rng) => {
        const f = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => {
          const affine = { weight: weight as tf.Tensor1D, bias: bias as tf.Tensor1D };
          const norm = { ...columnMoments(x as tf.Tensor2D), affine, ofBatch: true };
          return layerTail(x as tf.Tensor2D, { norm, elu: true, dropout: { rate: 0.1, seed: 1 } });
        };
        return { xs: [uniform(n, WIDTH, rng), tf.ones([WIDTH]), tf.zeros([WIDTH])], f };
      },
    },
    moving("dropout", () => (x) => dropout(x as tf.Tensor2D, { rate: 0.5, seed: 1 })),
    moving(
      "gatherRows backwards",
      inOrder((i) => n - 1 - i),
    ),
    ...(n <= 20_000 ? [pairs(Math.min(n, 5_000), 64)] : []),
  ];
}

/** x w by tfjs alone, whose own gradient would be many times slower. */
function tfjsProduct(x: tf.Tensor2D, w: tf.Tensor2D): tf.Tensor {
  const op = tf.customGrad((...operands) => {
    const [x, w] = operands as tf.Tensor2D[];
    const gradFunc = (dy: tf.Tensor) => [
      tf.matMul(dy as tf.Tensor2D, tf.transpose(w)),
      tf.matMul(tf.transpose(x), dy as tf.Tensor2D),
    ];
    return { value: tf.matMul(x, w), gradFunc };
  });
  return op(x, w);
}

/** All rows with all others, of length 1 as in the losses; the work grows with the square, so not on a whole section. */
function pairs(n: number, channels: number): KernelCase {
  return {
    name: `lseOfOthers ${n} x ${channels}`,
    flops: 2 * n * n * channels,
    bytes: 4 * n * channels,
    again: 2,
    make: (rng) => {
      const z = tf.tidy(() => tf.div<tf.Tensor2D>(uniform(n, channels, rng), Math.sqrt(channels / 3)));
      return { xs: [z], f: (x) => lseOfOthers(x as tf.Tensor2D, 0.2) };
    },
  };
}

function uniform(nRows: number, nCols: number, rng: Rng): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from({ length: nRows * nCols }, () => 2 * rng() - 1),
    [nRows, nCols],
  );
}

/** Cells on a lattice in reading order, each with the six around it: as local as tissue in a sorted file. */
function lattice(n: number) {
  const width = Math.round(Math.sqrt(n));
  const around = [-width - 1, -width, -1, 1, width, width + 1];
  return {
    nRows: n,
    nCols: n,
    indptr: Uint32Array.from({ length: n + 1 }, (_, i) => 6 * i),
    indices: Uint32Array.from({ length: 6 * n }, (_, e) => (Math.floor(e / 6) + around[e % 6] + n) % n),
    data: new Float32Array(6 * n).fill(1 / 6),
  };
}

/** `perRow` entries in each row, one at random in each of as many equal stretches of the columns. */
function randomRows(nRows: number, nCols: number, perRow: number, rng: Rng) {
  const nnz = nRows * perRow;
  const stretch = nCols / perRow;
  return {
    nRows,
    nCols,
    indptr: Uint32Array.from({ length: nRows + 1 }, (_, i) => i * perRow),
    indices: Uint32Array.from({ length: nnz }, (_, e) => Math.floor(((e % perRow) + rng()) * stretch)),
    data: Float32Array.from({ length: nnz }, () => 2 * rng() - 1),
  };
}
