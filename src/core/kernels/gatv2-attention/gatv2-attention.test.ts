import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { transpose } from "../../graph/csr";
import { createRng } from "../../random";
import { uploadCsr } from "../device-csr";
import { type Dropout, dropFactor, dropoutKey, dropoutReference } from "../dropout/reference";
import { expectClose, numericGradient, onBackend, onGraph, randomCsr, randomFloats } from "../testing/backends";
import { gatv2Aggregate, gatv2Attention } from ".";
import {
  aggregateReference,
  attentionReference,
  logSumExpReference,
  scoreGradientReference,
  sourceGradientReference,
  targetGradientReference,
} from "./reference";

const negativeSlope = 0.2;
const none: Dropout = { rate: 0, seed: 0 };

/** A graph with features and attention weights, sized so that every tail of the SIMD loops is met. */
function problem(nRows: number, nCols: number, heads: number, channels: number, seed = 1) {
  const rng = createRng(seed * 1000 + heads * 100 + channels);
  const width = heads * channels;
  const csr = randomCsr(nRows, nCols, 0.3, rng);
  const [h, g] = [randomFloats(nCols * width, rng), randomFloats(nRows * width, rng)];
  return { csr, heads, channels, h, g, a: randomFloats(width, rng).map((v) => 2 * v) };
}

type Problem = ReturnType<typeof problem>;

function expected({ csr, ...rest }: Problem, dropout = none) {
  const graph = { ...csr, ...rest, negativeSlope };
  const alpha = attentionReference(graph, logSumExpReference(graph));
  return { alpha, y: aggregateReference(graph, dropoutReference(alpha, dropoutKey(dropout))) };
}

function tensors({ csr, heads, channels, h, g, a }: Problem): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  const width = heads * channels;
  return [tf.tensor2d(h, [csr.nCols, width]), tf.tensor2d(g, [csr.nRows, width]), tf.tensor2d(a, [heads, channels])];
}

describe.each(["cpu", "wasm", "webgpu"] as const)("GATv2 on %s", (name) => {
  const backend = onBackend(name);

  test.each([
    [1, 1],
    [1, 33],
    [3, 5],
    [4, 8],
    [5, 4],
    [8, 32],
  ])("equals the definition with %i heads of %i channels, with and without dropout", async (heads, channels) => {
    for (const [nRows, nCols] of [
      [1, 30],
      [31, 19],
      [70, 45],
    ]) {
      const p = problem(nRows, nCols, heads, channels);
      for (const dropout of [none, { rate: 0.4, seed: heads }]) {
        const got = await onGraph(backend(), p.csr, (graph) =>
          gatv2Aggregate(graph, ...tensors(p), { negativeSlope, dropout }),
        );
        // scores are sums of up to 32 products and stand in an exponent
        expectClose(got, expected(p, dropout).y, 1e-5);
      }
      const alpha = await onGraph(backend(), p.csr, (graph) => gatv2Attention(graph, ...tensors(p), { negativeSlope }));
      expectClose(alpha, expected(p).alpha, 1e-5);
    }
  });

  test.each([
    [1, 3, 0],
    [4, 4, 0],
    [3, 4, 0.4],
    [2, 9, 0.4],
  ])("gradients agree with central differences, %i heads of %i channels, dropout %f", async (heads, channels, rate) => {
    // differences across the LeakyReLU's kink are wrong: small steps, and few edges, make that rare
    const p = problem(7, 5, heads, channels, 4);
    const dropout = { rate, seed: 11 };
    const weights = randomFloats(7 * heads * channels, createRng(3));
    const graph = uploadCsr(p.csr);
    const loss = (...[h, g, a]: tf.Tensor[]) => {
      const options = { negativeSlope, dropout };
      const y = gatv2Aggregate(graph, h as tf.Tensor2D, g as tf.Tensor2D, a as tf.Tensor2D, options);
      return tf.sum(tf.mul(y, tf.tensor2d(weights, [7, heads * channels])));
    };
    const gradients = tf.tidy(() => tf.grads(loss)(tensors(p)));
    for (const [k, key] of (["h", "g", "a"] as const).entries()) {
      const numeric = await numericGradient(
        (v) => expected({ ...p, [key]: v }, dropout).y.reduce((sum, value, i) => sum + value * weights[i], 0),
        p[key],
        1e-3,
      );
      expectClose(await backend().read(gradients[k]), numeric, 3e-3);
    }
    tf.dispose(gradients);
    graph.dispose();
  });

  test("the gradient of a listener whose neighbours all lie on one side of the kink is zero, not rounding", async () => {
    const { csr, ...p } = problem(40, 30, 2, 13);
    const [above, below] = [p.g.map((v) => v + 100), p.g.map((v) => v - 100)];
    const dy = randomFloats(40 * 26, createRng(6));
    const graph = uploadCsr(csr);
    for (const g of [above, below]) {
      const [h, gTensor, a] = tensors({ csr, ...p, g });
      const f = (g: tf.Tensor) => gatv2Aggregate(graph, h, g as tf.Tensor2D, a, { negativeSlope });
      const gradient = tf.tidy(() => tf.grad(f)(gTensor, tf.tensor2d(dy, [40, 26])));
      expect((await backend().read(gradient)).every((v) => v === 0)).toBe(true);
      tf.dispose([gradient, h, gTensor, a]);
    }
    graph.dispose();
  });

  test("gradients of many rows, more than one block of them, equal the reference's", async () => {
    const p = problem(150, 140, 3, 20);
    const dropout = { rate: 0.2, seed: 9 };
    const dy = randomFloats(150 * 60, createRng(5));
    const graph = uploadCsr(p.csr);
    const f = (...[h, g, a]: tf.Tensor[]) =>
      gatv2Aggregate(graph, h as tf.Tensor2D, g as tf.Tensor2D, a as tf.Tensor2D, { negativeSlope, dropout });
    const gradients = tf.tidy(() => tf.grads(f)(tensors(p), tf.tensor2d(dy, [150, 60])));

    // the reference, which the test above holds to differences: those of so many edges would meet too many kinks
    const { csr, ...rest } = p;
    const reference = { ...csr, ...rest, negativeSlope };
    const back = transpose(csr);
    const factor = dropFactor(dropoutKey(dropout));
    const { alpha } = expected(p);
    const ds = scoreGradientReference(reference, alpha, dy, factor);
    const { dg, partial } = targetGradientReference(reference, ds, 150);
    const edges = { order: back.from, alpha, ds, dy };
    const transposed = { ...rest, ...back, nRows: 140, negativeSlope };
    const dh = sourceGradientReference(transposed, edges, factor);
    for (const [k, reference] of [dh, dg, partial].entries())
      expectClose(await backend().read(gradients[k]), reference, 1e-5);
    tf.dispose(gradients);
    graph.dispose();
  });

  test("a graph without edges gives zeros and zero gradients, and nothing leaks", async () => {
    const before = backend().memory().tensors;
    const empty = { indptr: new Uint32Array(4), indices: new Uint32Array(0), data: new Float32Array(0) };
    for (const csr of [{ nRows: 3, nCols: 3, ...empty }, randomCsr(3, 3, 0.9, createRng(2))]) {
      const graph = uploadCsr(csr);
      const f = (h: tf.Tensor, g: tf.Tensor, a: tf.Tensor) =>
        tf.sum(gatv2Aggregate(graph, h as tf.Tensor2D, g as tf.Tensor2D, a as tf.Tensor2D, { negativeSlope }));
      const gradients = tf.tidy(() => tf.grads(f)([tf.ones([3, 4]), tf.ones([3, 4]), tf.ones([2, 2])]));
      if (graph.nnz === 0)
        for (const gradient of gradients) expect((await backend().read(gradient)).every((v) => v === 0)).toBe(true);
      tf.dispose(gradients);
      graph.dispose();
    }
    expect(backend().memory().tensors).toBe(before);
  });

  test("says which size is wrong", () => {
    const graph = uploadCsr(randomCsr(4, 4, 0.5, createRng(1)));
    const call = (width: number, slope: number) => () =>
      gatv2Aggregate(graph, tf.zeros([4, width]), tf.zeros([4, 6]), tf.zeros([2, 3]), { negativeSlope: slope });
    expect(call(7, 0.2)).toThrow("gatv2 h: expected shape [4,6], got [4,7].");
    expect(call(6, 1.5)).toThrow("gatv2 negativeSlope");
    graph.dispose();
  });
});
