import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { createRng, normal } from "../random";
import { openCpu } from "../testing/open-cpu";
import { constant } from "./constant";
import { initMlp, type MlpSpec, mlp, normsFirst, updateMlpStatistics } from "./mlp";
import { movingAverage } from "./moving-average";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const [nRows, nIn, nHidden, nOut] = [7, 5, 4, 3];
const rows = (seed = 2): number[][] => {
  const rng = createRng(seed);
  return Array.from({ length: nRows }, () => Array.from({ length: nIn }, () => normal(rng)));
};
const specs: MlpSpec[] = (["bias", "nothing", "norm", "plain norm"] as const).flatMap((end) =>
  (["norm relu", "elu"] as const).map((hidden) => ({ widths: [nIn, nHidden, nOut], hidden, end })),
);

/** The perceptron as loops. */
function definition(
  params: ReturnType<typeof initMlp>,
  { widths, hidden, end }: MlpSpec,
  x: number[][],
  running: boolean,
) {
  const get = (kind: "weights" | "buffers", name: string) => params[kind][name]?.dataSync();
  let y = x;
  for (let i = 0; i + 1 < widths.length; i++) {
    const what = i + 2 === widths.length ? end : hidden;
    const [w, bias] = [get("weights", `linears.${i}.weight`) as Float32Array, get("weights", `linears.${i}.bias`)];
    const n = widths[i + 1];
    let z = y.map((row) =>
      Array.from({ length: n }, (_, c) => row.reduce((sum, v, k) => sum + v * w[k * n + c], bias?.[c] ?? 0)),
    );
    if (what === "norm relu" || what === "norm" || what === "plain norm") {
      const means = z[0].map((_, c) => z.reduce((sum, row) => sum + row[c], 0) / z.length);
      const variances = z[0].map((_, c) => z.reduce((sum, row) => sum + (row[c] - means[c]) ** 2, 0) / z.length);
      const [scale, shift] = ["weight", "bias"].map((name) => get("weights", `norms.${i}.${name}`));
      const [mean, variance] = ["running_mean", "running_var"].map((name) => get("buffers", `norms.${i}.${name}`));
      z = z.map((row) =>
        row.map((v, c) => {
          const [m, s] = running ? [mean?.[c] ?? 0, variance?.[c] ?? 1] : [means[c], variances[c]];
          return ((v - m) / Math.sqrt(s + 1e-5)) * (scale?.[c] ?? 1) + (shift?.[c] ?? 0);
        }),
      );
    }
    const activate = (v: number) =>
      what === "norm relu" ? Math.max(0, v) : what === "elu" && v < 0 ? Math.expm1(v) : v;
    y = z.map((row) => row.map(activate));
  }
  return y.flat();
}

test.each(specs)("a perceptron of %o is what its layers say, by the batch and by running statistics", (spec) => {
  tf.tidy(() => {
    const params = initMlp(spec, createRng(1));
    const x = tf.tensor2d(rows());
    for (const mode of ["training", "evaluation"] as const) {
      const got = mlp(params, spec, x, mode).y.dataSync();
      definition(params, spec, rows(), mode === "evaluation").forEach((v, k) => {
        expect(got[k]).toBeCloseTo(v, 4);
      });
    }
  });
});

test.each(specs)("its first layer's mean moves nothing exactly where a norm follows: %o", (spec) => {
  tf.tidy(() => {
    const params = initMlp(spec, createRng(1));
    const run = (shift: number) => mlp(params, spec, tf.add(tf.tensor2d(rows()), shift), "training").y;
    const moved = tf.max(tf.abs(tf.sub(run(0), run(3)))).dataSync()[0];
    if (normsFirst(spec)) expect(moved).toBeLessThan(1e-4);
    else if (spec.end !== "norm" && spec.end !== "plain norm") expect(moved).toBeGreaterThan(1e-2);
  });
});

test("running statistics settle at those of the data, with the unbiased variance", () => {
  tf.tidy(() => {
    const spec: MlpSpec = { widths: [nIn, nOut], hidden: "norm relu", end: "plain norm" };
    const params = initMlp(spec, createRng(3));
    const x = tf.tensor2d(rows());
    const { statistics } = mlp(params, spec, x, "training");
    let buffers = params.buffers;
    for (let step = 0; step < 200; step++) buffers = updateMlpStatistics(buffers, statistics);
    const z = tf.matMul(x, params.weights["linears.0.weight"] as tf.Tensor2D).arraySync() as number[][];
    for (let c = 0; c < nOut; c++) {
      const mean = z.reduce((sum, row) => sum + row[c], 0) / nRows;
      const variance = z.reduce((sum, row) => sum + (row[c] - mean) ** 2, 0) / (nRows - 1);
      expect(buffers["norms.0.running_mean"].dataSync()[c]).toBeCloseTo(mean, 4);
      expect(buffers["norms.0.running_var"].dataSync()[c]).toBeCloseTo(variance, 4);
    }
  });
});

test("a moving average keeps its share of itself, name by name", () => {
  tf.tidy(() => {
    const [slow, fast] = [{ a: tf.tensor1d([1, 2]) }, { a: tf.tensor1d([3, 0]), b: tf.scalar(1) }];
    const next = movingAverage(slow, fast, 0.75);
    expect(Object.keys(next)).toEqual(["a"]);
    expect([...next.a.dataSync()]).toEqual([1.5, 1.5]);
  });
});

test("no gradient passes through a constant, and none of its steps is kept", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3]);
    const gradient = tf.grad((x) =>
      tf.sum(
        tf.mul(
          x,
          constant(() => tf.square(x)),
        ),
      ),
    )(x);
    expect([...gradient.dataSync()]).toEqual([1, 4, 9]);
  });
});
