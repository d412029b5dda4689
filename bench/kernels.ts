import { availableParallelism, cpus, platform, release, totalmem } from "node:os";
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

interface Row {
  readonly case: string;
  readonly oursMs: number;
  readonly peerMs: null;
  readonly ratio: null;
  readonly oursPeakBytes: number;
  readonly peerPeakBytes: null;
  /** Useful multiplications and additions per nanosecond; null where a kernel only moves numbers. */
  readonly gflops: number | null;
  /** Bytes of the tensors read and written once, per nanosecond. */
  readonly gbps: number;
}

/** Speed of each kernel on wasm, forward and backward, at 20,000 rows x 256 channels (2,000 with `quick`). */
export default async function bench({ quick }: { json: boolean; quick: boolean }) {
  const backend = await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false }) });
  const [n, width, heads] = [quick ? 2_000 : 20_000, 256, 4];
  const rng = createRng(1);
  const rows: Row[] = [];

  /** Median of seven after a first that warms up; `work` returns tensors to throw away. */
  const measure = (name: string, flops: number | null, bytes: number, work: () => tf.Tensor | tf.Tensor[]): void => {
    const times: number[] = [];
    for (let round = 0; round < 8; round++) {
      const start = performance.now();
      const made = tf.tidy(work);
      times.push(performance.now() - start);
      tf.dispose(made);
    }
    const oursMs = times.slice(1).sort((a, b) => a - b)[3];
    rows.push({
      case: `${name}, ${backend.report.threads} thread(s) for dense`,
      oursMs,
      peerMs: null,
      ratio: null,
      oursPeakBytes: backend.memory().peakBytes,
      peerPeakBytes: null,
      gflops: flops === null ? null : flops / oursMs / 1e6,
      gbps: bytes / oursMs / 1e6,
    });
  };
  /** Forward alone, then with the gradient, which repeats the forward pass's arithmetic `again` times. */
  const both = (
    name: string,
    { flops, again, bytes }: { flops: number | null; again: number; bytes: number },
    xs: tf.Tensor[],
    f: (...xs: tf.Tensor[]) => tf.Tensor,
  ) => {
    const dy = tf.ones(tf.tidy(() => f(...xs).shape));
    measure(`${name}, forward`, flops, bytes, () => f(...xs));
    measure(`${name}, forward and backward`, flops && (1 + again) * flops, (1 + again) * bytes, () => {
      const { value, grads } = tf.valueAndGrads(f)(xs, dy);
      return [value, ...grads];
    });
    dy.dispose();
  };

  const x = uniform(n, width, rng);
  for (const [name, perRow, nCols] of [
    ["aggregation over 6 neighbours", 6, n],
    ["expression x weight, 50 of 500 genes", 50, 500],
    ["expression x weight, 300 of 3,000 genes", 300, 3_000],
  ] as const) {
    const a = uploadCsr(nCols === n ? lattice(n) : randomRows(n, nCols, perRow, rng));
    const input = nCols === n ? x : uniform(nCols, width, rng);
    const nnz = n * perRow;
    both(
      `csrMatmul ${name}`,
      { flops: 2 * nnz * width, again: 1, bytes: 4 * (2 * nnz + (n + nCols) * width) },
      [input],
      (v) => csrMatmul(a, v as tf.Tensor2D),
    );
    a.dispose();
    if (input !== x) input.dispose();
  }

  const graph = uploadCsr(lattice(n));
  const scores = [uniform(n, heads, rng), uniform(n, heads, rng)];
  both(
    "gatAggregate 6 neighbours, 4 heads of 64",
    { flops: 12 * n * width, again: 2, bytes: 8 * n * width },
    [x, ...scores],
    (h, source, target) =>
      gatAggregate(graph, h as tf.Tensor2D, source as tf.Tensor2D, target as tf.Tensor2D, { negativeSlope: 0.2 }),
  );
  const weight = uniform(width, width, rng);
  both("dense 256 x 256", { flops: 2 * n * width * width, again: 2, bytes: 8 * n * width }, [x, weight], (a, b) =>
    dense(a as tf.Tensor2D, b as tf.Tensor2D),
  );
  both("dropout", { flops: null, again: 1, bytes: 8 * n * width }, [x], (v) =>
    dropout(v as tf.Tensor2D, { rate: 0.5, seed: 1 }),
  );
  const index = tf.tensor1d(
    Int32Array.from({ length: n }, (_, i) => (i * 7919) % n),
    "int32",
  );
  const inverse = tf.tensor1d(
    Int32Array.from({ length: n }, (_, i) => (i * 7919) % n),
    "int32",
  );
  both("gatherRows", { flops: null, again: 1, bytes: 8 * n * width }, [x], (v) =>
    gatherRows(v as tf.Tensor2D, index, inverse),
  );

  backend.dispose();
  const machine = {
    cpu: cpus()[0].model,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    os: `${platform()} ${release()}`,
  };
  return { name: "kernels", machine, rows };
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
