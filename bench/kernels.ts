import { availableParallelism } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import { csrMatmul } from "../src/core/kernels/csr-matmul";
import { dense } from "../src/core/kernels/dense";
import { uploadCsr } from "../src/core/kernels/device-csr";
import { dropout } from "../src/core/kernels/dropout";
import { gatAggregate } from "../src/core/kernels/gat-attention";
import { gatherRows } from "../src/core/kernels/gather-rows";
import { gatv2Aggregate } from "../src/core/kernels/gatv2-attention";
import { createRng, type Rng } from "../src/core/random";
import {
  type BenchOptions,
  type BenchRow,
  chosen,
  inFreshProcess,
  type Measured,
  machine,
  progress,
  row,
} from "./harness";

/** Rates are those of the best run, in which other programs disturb least; `oursMs` is the median. */
interface KernelRow extends BenchRow {
  readonly bestMs: number;
  /** Useful multiplications and additions, 10^9 a second; null where a kernel only moves numbers. */
  readonly gflops: number | null;
  /** Bytes of the tensors, each read or written once, 10^9 a second. */
  readonly gbps: number;
  /** Time that the arithmetic or the bytes, whichever is more, would take at the machine's peak, over the best time. */
  readonly shareOfPeak: number;
}

/** What the machine gives on as many threads: a dense product by tfjs, and a copy of rows in their own order. */
interface Peak {
  readonly gflops: number;
  readonly gbps: number;
  readonly threads: number;
}

interface Case {
  readonly name: string;
  readonly flops: number | null;
  readonly bytes: number;
  /** How often the gradient repeats the forward pass's arithmetic. */
  readonly again: number;
  readonly make: (rng: Rng) => { xs: tf.Tensor[]; f: (...xs: tf.Tensor[]) => tf.Tensor };
}

interface Argument {
  readonly index: number;
  readonly nRows: number;
  readonly backward: boolean;
  readonly threads: number;
}

const WIDTH = 256;
const HEADS = 4;
/** Cases by which the peaks are measured. */
const [DENSE, COPY] = [0, 1];

/**
 * Speed of each kernel on wasm with all threads, forward and with its gradient, beside the machine's peak: at 20,000
 * rows x 256 channels and at the 121,767 of a whole section (2,000 with `quick`).
 */
export default function bench(options: BenchOptions) {
  const { quick } = options;
  const threads = availableParallelism();
  const sizes = quick ? [2_000] : [20_000, 121_767];
  const best = ({ ms }: Measured): number => Math.min(...ms);
  const measured = (nRows: number, index: number, backward: boolean): Measured => {
    progress(`${cases(nRows)[index].name}, ${nRows} rows, ${backward ? "forward and backward" : "forward"}`);
    return inFreshProcess(import.meta.url, "runCase", { index, nRows, backward, threads } satisfies Argument);
  };
  const [dense, copy] = [DENSE, COPY].map((index) => {
    const { flops, bytes } = cases(sizes[0])[index];
    return (flops ?? bytes) / best(measured(sizes[0], index, false)) / 1e6;
  });
  const peak: Peak = { gflops: Number(dense.toFixed(1)), gbps: Number(copy.toFixed(1)), threads };
  const rows = sizes.flatMap((nRows) =>
    chosen([...cases(nRows).entries()], ([, { name }]) => name, options).flatMap(([index, kernel]) =>
      [false, true].map((backward): KernelRow => {
        const { name, flops, bytes, again } = kernel;
        const ours = measured(nRows, index, backward);
        const [ms, times] = [best(ours), backward ? 1 + again : 1];
        const [gflops, gbps] = [(times * (flops ?? 0)) / ms / 1e6, (times * bytes) / ms / 1e6];
        return {
          ...row(`${name}, ${nRows} rows, ${backward ? "forward and backward" : "forward"}`, ours, null),
          oursMs: Number(ours.ms.toSorted((a, b) => a - b)[ours.ms.length >> 1].toFixed(2)),
          bestMs: Number(ms.toFixed(2)),
          gflops: flops && Number(gflops.toFixed(1)),
          gbps: Number(gbps.toFixed(1)),
          shareOfPeak: Number(Math.max(gflops / dense, gbps / copy).toFixed(2)),
        };
      }),
    ),
  );
  return { name: "kernels", machine: machine(), peak, rows };
}

/** One case in this process: eleven times, after two that warm up and wake the threads. */
export async function runCase({ index, nRows, backward, threads }: Argument): Promise<Measured> {
  await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false, threads }) });
  const { xs, f } = cases(nRows)[index].make(createRng(1));
  const dy = tf.ones(tf.tidy(() => f(...xs).shape));
  const once = (): tf.Tensor[] => {
    if (!backward) return [f(...xs)];
    const { value, grads } = tf.valueAndGrads(f)(xs, dy);
    return [value, ...grads];
  };
  const ms: number[] = [];
  for (let round = 0; round < 13; round++) {
    const start = performance.now();
    const made = tf.tidy(once);
    if (round > 1) ms.push(performance.now() - start);
    tf.dispose(made);
  }
  return { ms, peakBytes: process.resourceUsage().maxRSS * 1024, made: null };
}

function cases(n: number): Case[] {
  const rows = 8 * n * WIDTH; // one tensor of that many rows read, one written
  const sparse = (name: string, perRow: number, nCols: number): Case => ({
    name: `csrMatmul ${name}`,
    flops: 2 * n * perRow * WIDTH,
    bytes: 4 * (2 * n * perRow + (n + nCols) * WIDTH),
    again: 1,
    make: (rng) => {
      const a = uploadCsr(nCols === n ? lattice(n) : randomRows(n, nCols, perRow, rng));
      return { xs: [uniform(nCols, WIDTH, rng)], f: (x) => csrMatmul(a, x as tf.Tensor2D) };
    },
  });
  const moving = (name: string, makeF: () => (x: tf.Tensor) => tf.Tensor): Case => ({
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
  return [
    {
      name: "dense 256 x 256",
      flops: 2 * n * WIDTH * WIDTH,
      bytes: rows,
      again: 2,
      make: (rng) => ({
        xs: [uniform(n, WIDTH, rng), uniform(WIDTH, WIDTH, rng)],
        f: (x, w) => dense(x as tf.Tensor2D, w as tf.Tensor2D),
      }),
    },
    moving(
      "copy (gatherRows in order)",
      inOrder((i) => i),
    ),
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
    moving("dropout", () => (x) => dropout(x as tf.Tensor2D, { rate: 0.5, seed: 1 })),
    moving(
      "gatherRows backwards",
      inOrder((i) => n - 1 - i),
    ),
  ];
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
