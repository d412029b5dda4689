import * as tf from "@tensorflow/tfjs-core";
import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import { csrMatmul } from "../src/core/kernels/csr-matmul";
import { dense } from "../src/core/kernels/dense";
import { uploadCsr } from "../src/core/kernels/device-csr";
import { dropout } from "../src/core/kernels/dropout";
import { gatAggregate } from "../src/core/kernels/gat-attention";
import { gatherRows } from "../src/core/kernels/gather-rows";
import { createRng, type Rng } from "../src/core/random";
import { type BenchOptions, type BenchRow, inFreshProcess, type Measured, machine, row } from "./harness";

interface KernelRow extends BenchRow {
  /** Useful multiplications and additions, 10^9 a second; null where a kernel only moves numbers. */
  readonly gflops: number | null;
  /** Bytes of the tensors, each read or written once, 10^9 a second. */
  readonly gbps: number;
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
}

const WIDTH = 256;
const HEADS = 4;

/** Speed of each kernel on wasm, forward and with its gradient, at 20,000 rows x 256 channels (2,000 with `quick`). */
export default function bench({ quick }: BenchOptions) {
  const nRows = quick ? 2_000 : 20_000;
  const rows = cases(nRows).flatMap(({ name, flops, bytes, again }, index) =>
    [false, true].map((backward): KernelRow => {
      const ours = inFreshProcess(import.meta.url, "runCase", { index, nRows, backward } satisfies Argument);
      const ms = [...ours.ms].sort((a, b) => a - b)[ours.ms.length >> 1];
      const times = backward ? 1 + again : 1;
      return {
        ...row(`${name}, ${backward ? "forward and backward" : "forward"}`, ours, null),
        oursMs: Number(ms.toFixed(2)),
        gflops: flops && Number(((times * flops) / ms / 1e6).toFixed(1)),
        gbps: Number(((times * bytes) / ms / 1e6).toFixed(1)),
      };
    }),
  );
  return { name: "kernels", machine: machine(), rows };
}

/** One case in this process: seven times, after one that warms up. */
export async function runCase({ index, nRows, backward }: Argument): Promise<Measured> {
  await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false }) });
  const { xs, f } = cases(nRows)[index].make(createRng(1));
  const dy = tf.ones(tf.tidy(() => f(...xs).shape));
  const once = (): tf.Tensor[] => {
    if (!backward) return [f(...xs)];
    const { value, grads } = tf.valueAndGrads(f)(xs, dy);
    return [value, ...grads];
  };
  const ms: number[] = [];
  for (let round = 0; round < 8; round++) {
    const start = performance.now();
    const made = tf.tidy(once);
    if (round > 0) ms.push(performance.now() - start);
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
  return [
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
      name: "dense 256 x 256 (all threads)",
      flops: 2 * n * WIDTH * WIDTH,
      bytes: rows,
      again: 2,
      make: (rng) => ({
        xs: [uniform(n, WIDTH, rng), uniform(WIDTH, WIDTH, rng)],
        f: (x, w) => dense(x as tf.Tensor2D, w as tf.Tensor2D),
      }),
    },
    moving("dropout", () => (x) => dropout(x as tf.Tensor2D, { rate: 0.5, seed: 1 })),
    moving("gatherRows", () => {
      const flip = tf.tensor1d(
        Int32Array.from({ length: n }, (_, i) => n - 1 - i),
        "int32",
      );
      return (x) => gatherRows(x as tf.Tensor2D, flip, flip);
    }),
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
