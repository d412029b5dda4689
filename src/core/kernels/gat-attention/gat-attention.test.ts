import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../../random";
import { uploadCsr } from "../device-csr";
import { type Dropout, dropoutKey, dropoutReference } from "../dropout/reference";
import { expectClose, numericGradient, onBackend, onGraph, randomCsr, randomFloats } from "../testing/backends";
import { gatAggregate, gatAttention } from ".";
import { aggregateReference, attentionReference, logSumExpReference } from "./reference";

const negativeSlope = 0.2;

/** A graph with features and scores, sized so that every tail of the SIMD loops is met. */
function problem(nRows: number, nCols: number, heads: number, channels: number, seed = 1) {
  const rng = createRng(seed * 1000 + heads * 100 + channels);
  const csr = randomCsr(nRows, nCols, 0.3, rng);
  const h = randomFloats(nCols * heads * channels, rng);
  const scores = (n: number) => randomFloats(n * heads, rng).map((v) => 3 * v);
  return { csr, heads, channels, h, source: scores(nCols), target: scores(nRows) };
}

type Problem = ReturnType<typeof problem>;

function expected({ csr, heads, channels, h, source, target }: Problem, dropout: Dropout = { rate: 0, seed: 0 }) {
  const graph = { ...csr, heads, source, target, negativeSlope };
  const alpha = attentionReference(graph, logSumExpReference(graph));
  return { alpha, y: aggregateReference(graph, dropoutReference(alpha, dropoutKey(dropout)), h, channels) };
}

function tensors({ csr, heads, channels, h, source, target }: Problem): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  return [
    tf.tensor2d(h, [csr.nCols, heads * channels]),
    tf.tensor2d(source, [csr.nCols, heads]),
    tf.tensor2d(target, [csr.nRows, heads]),
  ];
}

describe.each(["cpu", "wasm", "webgpu"] as const)("graph attention on %s", (name) => {
  const backend = onBackend(name);

  test.each([
    [1, 1],
    [1, 33],
    [3, 5],
    [4, 8],
    [4, 25],
    [5, 4],
    [8, 32],
  ])("equals the definition with %i heads of %i channels", async (heads, channels) => {
    for (const [nRows, nCols] of [
      [1, 1],
      [1, 30],
      [31, 19],
      [45, 45],
    ]) {
      const p = problem(nRows, nCols, heads, channels);
      const { y, alpha } = expected(p);
      const gotY = await onGraph(backend(), p.csr, (graph) => gatAggregate(graph, ...tensors(p), { negativeSlope }));
      expectClose(gotY, y, 3e-6);
      const dropout = { rate: 0.4, seed: heads };
      const dropped = await onGraph(backend(), p.csr, (graph) =>
        gatAggregate(graph, ...tensors(p), { negativeSlope, dropout }),
      );
      expectClose(dropped, expected(p, dropout).y, 3e-6);
      const [, source, target] = tensors(p);
      const gotAlpha = await onGraph(backend(), p.csr, (graph) =>
        gatAttention(graph, source, target, { negativeSlope }),
      );
      expectClose(gotAlpha, alpha, 3e-6);
      tf.dispose([source, target]);
    }
  });

  test.each([
    [1, 3, 0],
    [4, 4, 0],
    [3, 4, 0.4],
    [4, 5, 0.4],
  ])("gradients agree with central differences, %i heads of %i channels, dropout %f", async (heads, channels, rate) => {
    const dropout = { rate, seed: 11 };
    const p = problem(8, 6, heads, channels, 7);
    const weights = randomFloats(8 * heads * channels, createRng(3));
    const graph = uploadCsr(p.csr);
    const loss = (h: tf.Tensor, source: tf.Tensor, target: tf.Tensor) => {
      const ends = [source as tf.Tensor2D, target as tf.Tensor2D] as const;
      const y = gatAggregate(graph, h as tf.Tensor2D, ...ends, { negativeSlope, dropout });
      return tf.sum(tf.mul(y, tf.tensor2d(weights, [8, heads * channels])));
    };
    const gradients = tf.tidy(() => tf.grads(loss)(tensors(p)));
    for (const [k, key] of (["h", "source", "target"] as const).entries()) {
      const numeric = await numericGradient(
        (v) => expected({ ...p, [key]: v }, dropout).y.reduce((sum, value, i) => sum + value * weights[i], 0),
        p[key],
        2e-3,
      );
      expectClose(await backend().read(gradients[k]), numeric, 2e-3);
    }
    tf.dispose(gradients);
    graph.dispose();
  });

  test("attention of each row sums to one, also where scores are far apart", async () => {
    const p = problem(20, 20, 4, 1);
    const [, source, target] = tensors(p).map((t) => tf.mul(t, 40)) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const alpha = await onGraph(backend(), p.csr, (graph) => gatAttention(graph, source, target, { negativeSlope }));
    const { indptr } = p.csr;
    for (let i = 0; i < 20; i++) {
      for (let head = 0; head < 4 && indptr[i] < indptr[i + 1]; head++) {
        let sum = 0;
        for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += alpha[e * 4 + head];
        // scores up to 240: one unit in the last place of the log-sum-exp is 1.5e-5
        expect(Math.abs(sum - 1)).toBeLessThan(5e-5);
      }
    }
    tf.dispose([source, target]);
  });

  test("a graph without edges gives zeros and zero gradients, and nothing leaks", async () => {
    const before = backend().memory().tensors;
    const none = { indptr: new Uint32Array(4), indices: new Uint32Array(0), data: new Float32Array(0) };
    const graph = uploadCsr({ nRows: 3, nCols: 3, ...none });
    const f = (h: tf.Tensor, s: tf.Tensor, t: tf.Tensor) =>
      tf.sum(gatAggregate(graph, h as tf.Tensor2D, s as tf.Tensor2D, t as tf.Tensor2D, { negativeSlope }));
    const gradients = tf.tidy(() => tf.grads(f)([tf.ones([3, 4]), tf.ones([3, 2]), tf.ones([3, 2])]));
    for (const gradient of gradients) expect((await backend().read(gradient)).every((v) => v === 0)).toBe(true);
    tf.dispose(gradients);
    graph.dispose();
    expect(backend().memory().tensors).toBe(before);
  });

  test("says which size is wrong", () => {
    const graph = uploadCsr(randomCsr(4, 4, 0.5, createRng(1)));
    const call = (width: number, heads: number) => () =>
      gatAggregate(graph, tf.zeros([4, width]), tf.zeros([4, heads]), tf.zeros([4, heads]), { negativeSlope });
    expect(call(7, 2)).toThrow("7 channels do not divide into 2 heads");
    graph.dispose();
  });
});
