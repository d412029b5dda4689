import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../../random";
import { expectClose, numericGradient, onBackend, randomFloats } from "../testing/backends";
import { columnMoments, columnSums, type LayerTail, layerTail } from ".";
import { momentsReference, sumsReference } from "./reference";

type Kind = "batch" | "given" | "bias" | "none";
interface Problem {
  readonly nRows: number;
  readonly nValid: number;
  readonly channels: number;
  readonly kind: Kind;
  readonly elu: boolean;
  readonly skip: boolean;
  readonly rate: number;
}
const SEED = 5;

/** The inputs that have a gradient, by name. */
function inputsOf({ nRows, channels, kind, skip }: Problem): Record<string, Float32Array> {
  const rng = createRng(nRows + channels);
  const floats = (n: number) => randomFloats(n, rng).map((v) => 2 * v);
  const affine = kind === "none" ? {} : { bias: floats(channels) };
  const norm = kind === "batch" || kind === "given" ? { weight: floats(channels) } : {};
  return { x: floats(nRows * channels), ...norm, ...affine, ...(skip ? { skip: floats(nRows * channels) } : {}) };
}

/** By the definition, with tfjs's ops on whatever is open; the mask is taken from the dropout of a product with ones. */
function definition(p: Problem, given: Record<string, Float32Array>, mask: Float32Array): Float64Array {
  const { nRows, nValid, channels, kind } = p;
  const y = new Float64Array(nRows * channels);
  for (let c = 0; c < channels; c++) {
    const column = Array.from({ length: nValid }, (_, i) => given.x[i * channels + c]);
    const ofBatch = column.reduce((a, b) => a + b, 0) / nValid;
    const mean = kind === "batch" ? ofBatch : 0.3;
    const variance = kind === "batch" ? column.reduce((a, b) => a + (b - mean) ** 2, 0) / nValid : 0.7;
    for (let i = 0; i < nValid; i++) {
      const k = i * channels + c;
      const normal = given.weight ? (given.weight[c] * (given.x[k] - mean)) / Math.sqrt(variance + 1e-5) : given.x[k];
      const z = normal + (given.bias?.[c] ?? 0);
      y[k] = ((p.elu && z < 0 ? Math.expm1(z) : z) + (given.skip?.[k] ?? 0)) * mask[k];
    }
  }
  return y;
}

/** The factors of dropout, as the kernel has them: those of ones that nothing else is done to. */
function maskOf({ nRows, channels, rate }: Problem): tf.Tensor2D {
  return layerTail(tf.ones([nRows, channels]), { dropout: { rate, seed: SEED } });
}

function onDevice(p: Problem, given: Record<string, tf.Tensor>): tf.Tensor2D {
  const x = given.x as tf.Tensor2D;
  const affine = { weight: given.weight as tf.Tensor1D, bias: given.bias as tf.Tensor1D };
  const fixed = { mean: tf.fill([1, p.channels], 0.3), variance: tf.fill([1, p.channels], 0.7) };
  const statistics = (p.kind === "batch" ? columnMoments(x, p.nValid) : fixed) as ReturnType<typeof columnMoments>;
  const norm = given.weight ? { ...statistics, affine, ofBatch: p.kind === "batch" } : null;
  const tail: LayerTail = {
    norm,
    bias: norm ? null : (affine.bias ?? null),
    elu: p.elu,
    skip: (given.skip as tf.Tensor2D | undefined) ?? null,
    dropout: { rate: p.rate, seed: SEED },
    nValid: p.nValid,
  };
  return layerTail(x, tail);
}

const problems: Problem[] = [];
for (const kind of ["batch", "given", "bias", "none"] as const)
  for (const [elu, skip, rate] of [
    [true, true, 0.3],
    [true, false, 0],
    [false, true, 0],
    [false, false, 0.5],
  ] as const)
    for (const [nRows, nValid, channels] of [
      [7, 7, 5],
      [9, 6, 4],
    ])
      problems.push({ nRows, nValid, channels, kind, elu, skip, rate });

describe.each(["cpu", "wasm", "webgpu"] as const)("layerTail on %s", (name) => {
  const backend = onBackend(name);
  const run = async (p: Problem, given: Record<string, Float32Array>, dy: Float32Array) => {
    const names = Object.keys(given);
    const shapeOf = (n: string) => (n === "x" || n === "skip" ? [p.nRows, p.channels] : [p.channels]);
    const { value, grads, mask } = tf.tidy(() => {
      const done = tf.valueAndGrads((...args) => onDevice(p, Object.fromEntries(names.map((n, i) => [n, args[i]]))))(
        names.map((n) => tf.tensor(given[n], shapeOf(n))),
        tf.tensor2d(dy, [p.nRows, p.channels]),
      );
      return { ...done, mask: maskOf(p) };
    });
    const read = async (t: tf.Tensor) => {
      const values = Float32Array.from(await backend().read(t));
      t.dispose();
      return values;
    };
    const gradients: Record<string, Float32Array> = {};
    for (const [i, n] of names.entries()) gradients[n] = await read(grads[i]);
    return { y: await read(value), gradients, mask: await read(mask) };
  };

  test.each(problems)("equals the definition and central differences: %o", async (p) => {
    const given = inputsOf(p);
    const dy = randomFloats(p.nRows * p.channels, createRng(1));
    const { y, gradients, mask } = await run(p, given, dy);
    expectClose(y, definition(p, given, mask), 2e-6);
    for (const n of Object.keys(given)) {
      const loss = (values: Float32Array) =>
        definition(p, { ...given, [n]: values }, mask).reduce((sum, v, k) => sum + v * dy[k], 0);
      // ELU's second derivative jumps at zero: within a step of it central differences are off by a part of the step
      expectClose(gradients[n], await numericGradient(loss, given[n], 1e-3), 1e-3);
    }
    if (p.nValid < p.nRows) {
      for (const padded of [y, gradients.x, ...(p.skip ? [gradients.skip] : [])])
        expect(padded.slice(p.nValid * p.channels).every((v) => v === 0)).toBe(true);
    }
  });

  test.each([
    [1, 3],
    [64, 4],
    [65, 33],
    [700, 20],
  ])("moments and sums of %i x %i equal the reference's, far from zero too", async (nRows, channels) => {
    const x = randomFloats(nRows * channels, createRng(nRows)).map((v, k) => v + 100 * (k % channels));
    for (const nValid of new Set([nRows, Math.ceil(nRows / 2)])) {
      const input = tf.tensor2d(x, [nRows, channels]);
      const got = columnMoments(input, nValid);
      const [mean, variance] = momentsReference(x, channels, nValid);
      expectClose(await backend().read(got.mean), mean, 1e-6);
      expectClose(await backend().read(got.variance), variance, 1e-4); // of numbers around 3200
      tf.dispose([input, got.mean, got.variance]);
    }
    const sums = tf.tidy(() => columnSums(tf.tensor2d(x, [nRows, channels])));
    expectClose(await backend().read(sums), sumsReference(x, channels, nRows), 2e-6);
    sums.dispose();
  });

  test("gradients over several blocks of rows equal the reference's, with rows of padding", async () => {
    const p: Problem = { nRows: 210, nValid: 197, channels: 12, kind: "batch", elu: true, skip: true, rate: 0.2 };
    const given = inputsOf(p);
    const dy = randomFloats(p.nRows * p.channels, createRng(2));
    const { y, gradients, mask } = await run(p, given, dy);
    expectClose(y, definition(p, given, mask), 3e-6);
    const loss = (bias: Float32Array) =>
      definition(p, { ...given, bias }, mask).reduce((sum, v, k) => sum + v * dy[k], 0);
    expectClose(gradients.bias, await numericGradient(loss, given.bias, 1e-3), 1e-3);
  });

  test("ELU keeps its digits near zero and far from it", async () => {
    const z = Float32Array.from({ length: 400 }, (_, k) => -(10 ** (-6 + k / 50)));
    const y = tf.tidy(() => layerTail(tf.tensor2d(z, [100, 4]), { elu: true }));
    const got = await backend().read(y);
    const worst = Math.max(...z.map((v, k) => Math.abs(got[k] / Math.expm1(v) - 1)));
    expect(worst).toBeLessThan(name === "webgpu" ? 3e-6 : 1e-6); // WGSL grants exp a few ulp
    y.dispose();
  });

  test("leaves no tensor behind, and refuses what does not fit", () => {
    const before = backend().memory().tensors;
    const x = tf.ones([4, 3]) as tf.Tensor2D;
    const f = (x: tf.Tensor) => {
      const affine = { weight: tf.ones([3]) as tf.Tensor1D, bias: tf.zeros([3]) as tf.Tensor1D };
      const norm = { ...columnMoments(x as tf.Tensor2D), affine, ofBatch: true };
      return tf.sum(layerTail(x as tf.Tensor2D, { norm, elu: true }));
    };
    tf.dispose(tf.tidy(() => tf.grad(f)(x)));
    expect(() => layerTail(x, { skip: tf.zeros([4, 2]) })).toThrow("layerTail skip: expected shape [4,3], got [4,2].");
    expect(() => layerTail(x, { nValid: 5 })).toThrow("nValid: expected a whole number from 1 to 4, got 5.");
    x.dispose();
    expect(backend().memory().tensors - before).toBe(1); // the wrong skip
  });
});
