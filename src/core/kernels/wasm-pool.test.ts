import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, test } from "vitest";
import { nodePlatform } from "../../../cli/platform";
import type { Backend, BackendPlatform } from "../backend/backend";
import { openBackend } from "../backend/open";
import type { Csr } from "../graph/csr";
import { createRng, integer } from "../random";
import { adamWStep } from "./adamw";
import { csrMatmul } from "./csr-matmul";
import { dense, transposedDense } from "./dense";
import { uploadCsr } from "./device-csr";
import { dropout } from "./dropout";
import { gatAggregate } from "./gat-attention";
import { gatherRows } from "./gather-rows";
import { gatv2Aggregate } from "./gatv2-attention";
import { columnMoments, columnSums, layerTail } from "./layer-tail";
import { openForTest, randomFloats } from "./testing/backends";

/** Rows of very different lengths, some empty, in a matrix tall enough for its transposed product to be scattered. */
function unevenCsr(nRows: number, nCols: number): Csr {
  const rng = createRng(nRows);
  const indptr = new Uint32Array(nRows + 1);
  const indices: number[] = [];
  for (let i = 0; i < nRows; i++) {
    const gap = i % 3 === 0 ? nCols : 1 + integer(rng, i % 7 === 1 ? 3 : 60);
    for (let j = integer(rng, gap); j < nCols; j += gap) indices.push(j);
    indptr[i + 1] = indices.length;
  }
  return { nRows, nCols, indptr, indices: Uint32Array.from(indices), data: randomFloats(indices.length, rng) };
}

/** Results and gradients of every kernel, at sizes that are worth sharing. */
function everything(tall: Csr, square: Csr, width: number): tf.Tensor[] {
  const [a, graph] = [uploadCsr(tall), uploadCsr(square)];
  const rng = createRng(width);
  const floats = (n: number, m: number): tf.Tensor2D => tf.tensor2d(randomFloats(n * m, rng), [n, m]);
  const n = square.nRows;
  const results: tf.Tensor[] = [];
  const keep = (f: (...xs: tf.Tensor[]) => tf.Tensor, xs: tf.Tensor[], dy: tf.Tensor): void => {
    const { value, grads } = tf.valueAndGrads(f)(xs, dy);
    results.push(value, ...grads);
  };
  keep((x) => csrMatmul(a, x as tf.Tensor2D), [floats(tall.nCols, width)], floats(tall.nRows, width));
  keep((x) => csrMatmul(graph, x as tf.Tensor2D), [floats(n, width)], floats(n, width));
  const options = { negativeSlope: 0.2, dropout: { rate: 0.2, seed: 3 } };
  const aggregate = (h: tf.Tensor, s: tf.Tensor, t: tf.Tensor) =>
    gatAggregate(graph, h as tf.Tensor2D, s as tf.Tensor2D, t as tf.Tensor2D, options);
  keep(aggregate, [floats(n, width), floats(n, 4), floats(n, 4)], floats(n, width));
  const attend = (h: tf.Tensor, g: tf.Tensor, att: tf.Tensor) =>
    gatv2Aggregate(graph, h as tf.Tensor2D, g as tf.Tensor2D, att as tf.Tensor2D, options);
  keep(attend, [floats(n, width), floats(n, width), floats(4, width / 4)], floats(n, width));
  const [long, longer] = [floats(4 * n, width), floats(4 * n, width)];
  const tail = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, skip: tf.Tensor) => {
    const affine = { weight, bias } as { weight: tf.Tensor1D; bias: tf.Tensor1D };
    const norm = { ...columnMoments(x as tf.Tensor2D, 4 * n - 70), affine, ofBatch: true };
    const rest = { elu: true, skip: skip as tf.Tensor2D, dropout: { rate: 0.3, seed: 5 }, nValid: 4 * n - 70 };
    return layerTail(x as tf.Tensor2D, { norm, ...rest });
  };
  const [first, second] = [floats(1, width), floats(1, width)].map((t) => tf.reshape(t, [width]));
  keep(tail, [long, first, second, longer], longer);
  results.push(columnSums(long));
  const four = { w: long, g: long, m: longer, v: tf.abs(longer) };
  const numbers = { beta1: 0.9, beta2: 0.999, keep: 0.99, rate: 0.05, rootCorrection: 0.3, epsilon: 1e-8 };
  results.push(...Object.values(adamWStep(four, numbers)));
  keep((x) => dropout(x as tf.Tensor2D, { rate: 0.3, seed: 5 }), [long], long);
  const multiply = (x: tf.Tensor, w: tf.Tensor) => dense(x as tf.Tensor2D, w as tf.Tensor2D);
  keep(multiply, [long, floats(width, 90)], floats(4 * n, 90));
  results.push(transposedDense(long, long, { symmetric: true }));
  const flip = tf.tensor1d(
    Int32Array.from({ length: 4 * n }, (_, i) => 4 * n - 1 - i),
    "int32",
  );
  keep((x) => gatherRows(x as tf.Tensor2D, flip, flip), [long], long);
  a.dispose();
  graph.dispose();
  return results;
}

describe("threads of the wasm kernels", () => {
  let backend: Backend | undefined;
  afterEach(() => backend?.dispose());

  test("give the same bits as one thread, for every kernel and its gradient", async () => {
    const tall = unevenCsr(1000, 150);
    const square = unevenCsr(600, 600);
    for (const width of [100, 160]) {
      const expected: Float32Array[] = [];
      for (const threads of [1, 2, 4]) {
        backend = await openForTest("wasm", { threads });
        expect(backend?.report.threads).toBe(threads);
        // the second round meets threads that are awake, the first may be over before they are
        for (const round of [0, 1]) {
          if (round === 1) await new Promise((resolve) => setTimeout(resolve, 200));
          const results = tf.tidy(() => everything(tall, square, width));
          for (const [k, result] of results.entries()) {
            const bits = (await result.data()).slice() as Float32Array;
            if (expected.length === k) expected.push(bits);
            else expect(firstDifference(bits, expected[k]), `result ${k}, ${threads} threads, width ${width}`).toBe(-1);
          }
          tf.dispose(results);
        }
        backend?.check();
        expect(backend?.memory().tensors).toBe(0);
        backend?.dispose();
      }
    }
  });

  test("really take part", async () => {
    const started: string[] = [];
    backend = await openWatched(3, { started: (program) => started.push(program) });
    const run = () => tf.tidy(() => tf.sum(dropout(tf.ones([4000, 256]), { rate: 0.5, seed: 1 })));
    expect(started).toHaveLength(0); // none before there is work
    run().dispose();
    expect(started).toHaveLength(2);
    run().dispose();
    expect(started).toHaveLength(2);
  });

  test("that end are an error of the device, while the others finish the work", async () => {
    const handles: { terminate(): void }[] = [];
    let ended: () => void = () => {};
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    backend = await openWatched(2, { handle: (handle) => handles.push(handle), ended: () => ended() });
    const run = () => tf.tidy(() => dropout(tf.ones([4000, 256]), { rate: 0.5, seed: 1 }));
    const before = run();
    const expected = await backend.read(before);
    handles[0].terminate();
    await over;
    const after = run();
    expect(firstDifference((await after.data()) as Float32Array, expected)).toBe(-1);
    expect(() => backend?.check()).toThrow(expect.objectContaining({ code: "device" }));
    tf.dispose([before, after]);
  });
});

/** `toEqual` takes seconds on arrays of this size. */
function firstDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i;
  return -1;
}

interface Watch {
  started?(program: string): void;
  handle?(thread: { terminate(): void }): void;
  ended?(): void;
}

async function openWatched(threads: number, watch: Watch): Promise<Backend> {
  const platform = await nodePlatform({ gpu: false, threads });
  const watched: BackendPlatform = {
    ...platform,
    startThread(program, data, ended) {
      watch.started?.(program);
      const thread = platform.startThread(program, data, (reason) => {
        ended(reason);
        watch.ended?.();
      });
      watch.handle?.(thread);
      return thread;
    },
  };
  return openBackend({ prefer: "wasm", platform: watched });
}
