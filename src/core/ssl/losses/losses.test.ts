import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { expectClose, numericGradient, onBackend, randomFloats } from "../../kernels/testing/backends";
import { createRng } from "../../random";
import { barlowTwins } from "./barlow-twins";
import { meanCrossEntropy } from "./cross-entropy";
import { crossProduct } from "./cross-product";
import { dgi } from "./dgi";
import crossEntropyGolden from "./goldens/cross-entropy.json";
import golden from "./goldens/losses.json";
import { grace } from "./grace";
import { infoNceQueue } from "./info-nce-queue";
import { negativeCosine } from "./negative-cosine";
import { normalizeRows } from "./normalize-rows";
import { ntXent } from "./nt-xent";
import { scaledCosineError } from "./scaled-cosine-error";
import { codes, sinkhorn } from "./sinkhorn";
import { swav } from "./swav";
import { type VicregWeights, vicreg } from "./vicreg";

// the agreement that is asked for; float32 sums of a few terms in another order stay well below
const TOLERANCE = 1e-5;

interface Matrix {
  readonly shape: number[];
  readonly data: number[];
}

interface Case {
  readonly inputs: Matrix[];
  readonly loss: number;
  readonly gradients: number[][];
}

type Loss = (...inputs: tf.Tensor2D[]) => tf.Scalar;

const matrix = ({ shape, data }: Matrix): tf.Tensor2D => tf.tensor2d(data, shape as [number, number]);

/** Every case of every loss; the first inputs, as many as the reference has gradients of, are the learned ones. */
const CASES: [string, Case, Loss][] = [
  ...golden.ntXent.map((c): [string, Case, Loss] => ["ntXent", c, (a, b) => ntXent(a, b, c)]),
  ...golden.infoNceQueue.map((c): [string, Case, Loss] => [
    "infoNceQueue",
    c,
    (q, k, old) => infoNceQueue(q, k, old, c),
  ]),
  ...golden.grace.map((c): [string, Case, Loss] => ["grace", c, (a, b) => grace(a, b, c)]),
  ...golden.barlowTwins.map((c): [string, Case, Loss] => [
    "barlowTwins",
    c,
    (a, b) => barlowTwins(a, b, { lambda: c.lambda_ }),
  ]),
  ...golden.vicreg.map((c): [string, Case, Loss] => ["vicreg", c, (a, b) => vicreg(a, b, VICREG)]),
  ...golden.swav.map((c): [string, Case, Loss] => ["swav", c, (a, b) => swav(a, b, SWAV)]),
  ...golden.swavQueue.map((c): [string, Case, Loss] => [
    "swav with a queue",
    c,
    (a, b, ...queue) => swav(a, b, { ...SWAV, queue: queue as unknown as [tf.Tensor2D, tf.Tensor2D] }),
  ]),
  ...golden.negativeCosine.map((c): [string, Case, Loss] => ["negativeCosine", c, negativeCosine]),
  ...golden.scaledCosineError.map((c): [string, Case, Loss] => [
    "scaledCosineError",
    c,
    (x, y) => scaledCosineError(x, y, c),
  ]),
  ...golden.dgi.map((c): [string, Case, Loss] => ["dgi", c, dgi]),
  ...crossEntropyGolden.crossEntropy.map((c): [string, Case, Loss] => {
    const weights = c.weights && Float32Array.from(c.codes, (code) => c.weights![code]);
    return ["crossEntropy", c, (z) => meanCrossEntropy(z, tf.tensor1d(c.codes, "int32"), weights)];
  }),
];
const VICREG: VicregWeights = { invariance: 25, variance: 25, covariance: 1 };
const SWAV = { temperature: 0.1, epsilon: 0.05, iterations: 3 };

describe.each(["cpu", "wasm", "webgpu"] as const)("losses on %s", (name) => {
  const backend = onBackend(name);

  test.each(CASES)("%s equals its reference in value and gradients", async (_, expected, loss) => {
    const before = backend().memory().tensors;
    const learned = expected.gradients.length;
    const { value, grads } = tf.tidy(() => {
      const inputs = expected.inputs.map(matrix);
      const f = (...xs: tf.Tensor[]) => loss(...(xs as tf.Tensor2D[]), ...inputs.slice(learned));
      return tf.valueAndGrads(f)(inputs.slice(0, learned));
    });
    expectClose(await backend().read(value), [expected.loss], TOLERANCE);
    for (const [k, grad] of grads.entries()) expectClose(await backend().read(grad), expected.gradients[k], TOLERANCE);
    tf.dispose([value, ...grads]);
    expect(backend().memory().tensors).toBe(before);
  });

  test("a target that is learned gets no gradient", async () => {
    const [p, z] = golden.negativeCosine[0].inputs;
    const [dp, dz] = tf.tidy(() => {
      const f = (p: tf.Tensor, z: tf.Tensor) =>
        tf.add(negativeCosine(p as tf.Tensor2D, z as tf.Tensor2D), tf.sum(tf.mul(3, z)));
      return tf.grads(f)([matrix(p), matrix(z)]);
    });
    expectClose(await backend().read(dp), golden.negativeCosine[0].gradients[0], TOLERANCE);
    expectClose(await backend().read(dz), new Array(z.data.length).fill(3), 0);
    tf.dispose([dp, dz]);
  });

  test("normalizeRows and crossProduct agree with central differences", async () => {
    const rng = createRng(4);
    const [x, y, dy] = [randomFloats(6 * 3, rng), randomFloats(6 * 3, rng), randomFloats(6 * 3, rng)];
    const unit = (v: Float32Array): number => {
      let sum = 0;
      for (let i = 0; i < 6; i++) {
        const length = Math.hypot(v[3 * i], v[3 * i + 1], v[3 * i + 2]);
        for (let c = 0; c < 3; c++) sum += (dy[3 * i + c] * v[3 * i + c]) / length;
      }
      return sum;
    };
    const product = (a: Float32Array, b: Float32Array): number => {
      let sum = 0;
      for (let i = 0; i < 6; i++)
        for (let c = 0; c < 3; c++) for (let d = 0; d < 3; d++) sum += a[3 * i + c] * b[3 * i + d] * dy[3 * c + d];
      return sum;
    };
    const results = tf.tidy(() => {
      const [tx, ty] = [tf.tensor2d(x, [6, 3]), tf.tensor2d(y, [6, 3])];
      const upstream = tf.tensor2d(dy, [6, 3]);
      const square = tf.slice2d(upstream, [0, 0], [3, 3]);
      const dUnit = tf.grad((v) => normalizeRows(v as tf.Tensor2D))(tx, upstream);
      const cross = tf.grads((a, b) => crossProduct(a as tf.Tensor2D, b as tf.Tensor2D));
      const ofBoth = tf.grad((v) => crossProduct(v as tf.Tensor2D, v as tf.Tensor2D))(tx, square);
      return [dUnit, ...cross([tx, ty], square), ofBoth];
    });
    const numeric = [
      await numericGradient(unit, x),
      await numericGradient((v) => product(v, y), x),
      await numericGradient((v) => product(x, v), y),
      await numericGradient((v) => product(v, v), x),
    ];
    for (const [k, expected] of numeric.entries()) expectClose(await backend().read(results[k]), expected, 1e-3);
    tf.dispose(results);
  });

  test("sinkhorn uses all prototypes equally in the end, gives every cell one code, and cannot overflow", async () => {
    const [n, k] = [40, 8];
    const options = { epsilon: 0.05, iterations: 60 };
    const sums = tf.tidy(() => {
      const scores = tf.tensor2d(randomFloats(n * k, createRng(2)), [n, k]);
      const q = codes(scores, sinkhorn(scores, options), options);
      // a thousand more on some cells' scores is taken back by the scaling of the cell
      const shift = tf.tensor2d(
        Float32Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 512 : 0)),
        [n, 1],
      );
      const far = tf.add<tf.Tensor2D>(scores, shift);
      const shifted = codes(far, sinkhorn(far, options), options);
      return [tf.sum(q, 0), tf.sum(q, 1), q, shifted] as const;
    });
    expectClose(await backend().read(sums[0]), new Array(k).fill(n / k), 1e-3);
    expectClose(await backend().read(sums[1]), new Array(n).fill(1), 1e-5);
    // 512 leaves the scores four digits after the point, which ε multiplies by twenty
    expectClose(await backend().read(sums[3]), await backend().read(sums[2]), 5e-3);
    tf.dispose([...sums]);
  });
});

describe("properties", () => {
  const backend = onBackend("wasm");
  const views = (): [tf.Tensor2D, tf.Tensor2D] => {
    const rng = createRng(6);
    return [tf.tensor2d(randomFloats(20 * 6, rng), [20, 6]), tf.tensor2d(randomFloats(20 * 6, rng), [20, 6])];
  };
  const number = async (compute: () => tf.Scalar): Promise<number> => {
    const value = tf.tidy(compute);
    const [v] = await backend().read(value);
    value.dispose();
    return v;
  };

  test("what should not count does not: length, order of cells, order of views", async () => {
    const [a, b] = views();
    const options = { temperature: 0.3 };
    const once = await number(() => ntXent(a, b, options));
    expect(await number(() => ntXent(b, tf.mul<tf.Tensor2D>(a, 7), options))).toBeCloseTo(once, 5);
    expect(await number(() => ntXent(tf.reverse(a, 0), tf.reverse(b, 0), options))).toBeCloseTo(once, 5);
    tf.dispose([a, b]);
  });

  test("NT-Xent of 2,000 cells needs less than a fortieth of what all pairs would take, with its gradient", async () => {
    const rng = createRng(7);
    const n = 2000;
    const before = backend().memory().peakBytes;
    const made = tf.tidy(() => {
      const xs = [0, 1].map(() => tf.tensor2d(randomFloats(n * 8, rng), [n, 8]));
      return tf.grads((a, b) => ntXent(a as tf.Tensor2D, b as tf.Tensor2D, { temperature: 0.5 }))(xs);
    });
    expect(backend().memory().peakBytes - before).toBeLessThan((4 * (2 * n) ** 2) / 40);
    tf.dispose(made);
  });

  test("views that agree cost less than views that do not", async () => {
    const [a, b] = views();
    const losses: ((x: tf.Tensor2D, y: tf.Tensor2D) => tf.Scalar)[] = [
      (x, y) => ntXent(x, y, { temperature: 0.2 }),
      (x, y) => barlowTwins(x, y, { lambda: 0.005 }),
      (x, y) => vicreg(x, y, VICREG),
      negativeCosine,
      (x, y) => scaledCosineError(x, y, { gamma: 2 }),
      (x, y) => infoNceQueue(x, y, normalizeRows(b), { temperature: 0.2 }),
    ];
    for (const loss of losses)
      expect(await number(() => loss(a, tf.clone(a)))).toBeLessThan(await number(() => loss(a, b)));
    tf.dispose([a, b]);
  });

  test("names what cannot be", () => {
    const [a, b] = [tf.ones<tf.Rank.R2>([1, 4]), tf.ones<tf.Rank.R2>([2, 4])];
    expect(() => ntXent(a, b, { temperature: 1 })).toThrow("ntXent z2: expected shape [1,4], got [2,4].");
    expect(() => vicreg(a, a, VICREG)).toThrow("at least two cells");
    tf.dispose([a, b]);
  });
});
