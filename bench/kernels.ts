import { availableParallelism } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { nodePlatform } from "../cli/platform";
import { openBackend } from "../src/core/backend/open";
import { createRng } from "../src/core/random";
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
import { COPY, DENSE, kernelCases } from "./kernel-cases";

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

/** What the machine gives on as many threads: the faster dense product, and a copy of rows in their own order. */
interface Peak {
  readonly gflops: number;
  readonly gbps: number;
  readonly threads: number;
}

interface Argument {
  readonly index: number;
  readonly nRows: number;
  readonly backward: boolean;
  readonly threads: number;
}

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
    const { name, rows = nRows } = kernelCases(nRows)[index];
    progress(`${name}, ${rows} rows, ${backward ? "forward and backward" : "forward"}`);
    return inFreshProcess(import.meta.url, "runCase", { index, nRows, backward, threads } satisfies Argument);
  };
  const [dense, copy] = [DENSE, COPY].map((indices) => {
    const { flops, bytes } = kernelCases(sizes[0])[indices[0]];
    return (flops ?? bytes) / Math.min(...indices.map((index) => best(measured(sizes[0], index, false)))) / 1e6;
  });
  const peak: Peak = { gflops: Number(dense.toFixed(1)), gbps: Number(copy.toFixed(1)), threads };
  const rows = sizes.flatMap((size, at) => {
    const named = chosen([...kernelCases(size).entries()], ([, { name }]) => name, options);
    const wanted = named.filter(([, { rows }]) => at === 0 || rows === undefined);
    return wanted.flatMap(([index, kernel]) =>
      [false, true].map((backward): KernelRow => {
        const { name, flops, bytes, again } = kernel;
        const ours = measured(size, index, backward);
        const nRows = kernel.rows ?? size;
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
    );
  });
  return { name: "kernels", machine: machine(), peak, rows };
}

/** One case in this process: eleven times, after two that warm up and wake the threads. */
export async function runCase({ index, nRows, backward, threads }: Argument): Promise<Measured> {
  await openBackend({ prefer: "wasm", platform: await nodePlatform({ gpu: false, threads }) });
  const { xs, f } = kernelCases(nRows)[index].make(createRng(1));
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
