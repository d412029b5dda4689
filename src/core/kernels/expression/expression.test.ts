import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng, hash32, integer, type Rng } from "../../random";
import { csrMatmul } from "../csr-matmul";
import { uploadCsr } from "../device-csr";
import { expectClose, numericGradient, onBackend, openForTest, randomFloats } from "../testing/backends";
import {
  type ExpressionView,
  expressionMatmul,
  HIDDEN,
  hiddenResiduals,
  PADDING,
  type Preprocessing,
  type RawExpression,
  uploadExpression,
  uploadRows,
} from ".";
import { expressionGradientReference, expressionMatmulReference, hiddenResidualsReference } from "./reference";
import { noisyCount, normalOf, rowKey, viewKey } from "./view";

type Counts = Uint8ArrayConstructor | Uint16ArrayConstructor | Float32ArrayConstructor;
type Genes = Uint16ArrayConstructor | Uint32ArrayConstructor;

/** Every fifth cell is empty, one holds every gene. */
function randomExpression(
  nObs: number,
  nVars: number,
  rng: Rng,
  Count: Counts = Uint8Array,
  Gene: Genes = Uint16Array,
) {
  const indptr = new Uint32Array(nObs + 1);
  const [genes, counts]: number[][] = [[], []];
  for (let i = 0; i < nObs; i++) {
    const share = i % 5 === 3 ? 0 : i === 1 ? 1 : 0.3;
    for (let j = 0; j < nVars; j++) {
      if (rng() >= share) continue;
      genes.push(j);
      counts.push(Count === Float32Array ? 5 * rng() : 1 + integer(rng, Count === Uint8Array ? 9 : 999));
    }
    indptr[i + 1] = genes.length;
  }
  return { nObs, nVars, X: { indptr, indices: Gene.from(genes), data: Count.from(counts) } } satisfies RawExpression;
}

function preprocessing(
  raw: RawExpression,
  rng: Rng,
  { scale = false, center = false, log1p = true } = {},
): Preprocessing {
  return {
    sizeFactors: Float32Array.from({ length: raw.nObs }, () => 0.01 + rng() ** 3),
    log1p,
    inverseDeviations: scale ? Float32Array.from({ length: raw.nVars }, () => 0.5 + rng()) : null,
    centers: center ? randomFloats(raw.nVars, rng) : null,
  };
}

/** Some cells out of order, hidden rows and padding among them; `repeats` lists one of them again. */
function someRows(nObs: number, nRows: number, rng: Rng, repeats = false): Int32Array {
  const cells = Int32Array.from({ length: nObs }, (_, i) => i).sort((a, b) => hash32(a) - hash32(b));
  const ids = Int32Array.from({ length: nRows }, (_, r) => {
    if (r % 6 === 4) return PADDING;
    return r % 3 === 1 || r >= nObs ? HIDDEN : cells[r];
  });
  if (repeats && nRows > 3) ids[3] = ids[2] = ids[0] = integer(rng, nObs);
  return ids;
}

/** The same values written out, (nRows, nVars), by the definition. */
function written({ X, nVars }: RawExpression, p: Preprocessing, ids: ArrayLike<number>, fill?: ArrayLike<number>) {
  const x = new Float64Array(ids.length * nVars);
  for (let r = 0; r < ids.length; r++) {
    const i = ids[r];
    if (i === HIDDEN && fill) for (let j = 0; j < nVars; j++) x[r * nVars + j] = fill[j];
    if (i < 0) continue;
    for (let e = X.indptr[i]; e < X.indptr[i + 1]; e++) {
      const [j, v] = [X.indices[e], X.data[e] * p.sizeFactors[i]];
      x[r * nVars + j] = (p.log1p ? Math.log1p(v) : v) * (p.inverseDeviations?.[j] ?? 1);
    }
    for (let j = 0; j < nVars; j++) x[r * nVars + j] -= p.centers?.[j] ?? 0;
  }
  return x;
}

function matmul(x: ArrayLike<number>, w: ArrayLike<number>, nRows: number, nVars: number, channels: number) {
  const y = new Float64Array(nRows * channels);
  for (let r = 0; r < nRows; r++)
    for (let j = 0; j < nVars; j++)
      for (let c = 0; c < channels; c++) y[r * channels + c] += x[r * nVars + j] * w[j * channels + c];
  return y;
}

const VIEWS: Record<string, ExpressionView> = {
  "dropout of entries": { seed: 7, geneDropout: { rate: 0.4, per: "entry" } },
  "dropout of genes": { seed: 8, geneDropout: { rate: 0.4, per: "gene" } },
  "noise where expressed": { seed: 9, noise: { deviation: 0.3, on: "expressed" } },
  "noise on all genes": { seed: -10, noise: { deviation: 0.3, on: "all" }, geneDropout: { rate: 0.2, per: "entry" } },
  "count noise": { seed: 2 ** 31, countNoise: { overdispersion: 1 }, geneDropout: { rate: 0.1, per: "entry" } },
};

describe.each(["cpu", "wasm", "webgpu"] as const)("expressionMatmul on %s", (name) => {
  const backend = onBackend(name);

  test.each([1, 3, 4, 31, 32, 33, 64, 100])(
    "is the product with the preprocessed rows, %i channels",
    async (channels) => {
      for (const [nObs, nVars, nRows, Count, Gene] of [
        [1, 1, 1, Uint8Array, Uint16Array],
        [12, 9, 12, Uint16Array, Uint32Array],
        [40, 30, 17, Float32Array, Uint16Array],
        [9, 70_000, 9, Uint8Array, Uint32Array],
      ] as const) {
        if (nVars > 1000 && channels !== 3) continue;
        for (const scale of [false, true]) {
          const rng = createRng(nObs + channels);
          const raw = randomExpression(nObs, nVars, rng, Count, Gene);
          const p = preprocessing(raw, rng, { scale, center: scale, log1p: nRows !== 12 });
          const x = uploadExpression(raw, p);
          const ids = someRows(nObs, nRows, rng);
          const [w, fill] = [randomFloats(nVars * channels, rng), randomFloats(nVars, rng)];
          const y = tf.tidy(() =>
            expressionMatmul(x, tf.tensor2d(w, [nVars, channels]), {
              rows: uploadRows(x, ids),
              fill: scale ? tf.tensor2d(fill, [1, nVars]) : null,
            }),
          );
          const expected = matmul(written(raw, p, ids, scale ? fill : undefined), w, nRows, nVars, channels);
          // float32 sums of up to 70,000 products
          expectClose(await backend().read(y), expected, nVars > 1000 ? 2e-5 : 1e-5);
          y.dispose();
          x.dispose();
        }
      }
    },
  );

  test.each([
    ["with centring and a fill", true, false],
    ["without", false, false],
    ["with a cell listed twice", true, true],
  ])("its gradient agrees with central differences, %s", async (_, center, repeats) => {
    const rng = createRng(5);
    const [nObs, nVars, nRows, channels] = [11, 7, 9, 3];
    const raw = randomExpression(nObs, nVars, rng);
    const p = preprocessing(raw, rng, { scale: true, center });
    const x = uploadExpression(raw, p);
    const ids = someRows(nObs, nRows, rng, repeats);
    const weights = randomFloats(nRows * channels, rng);
    const both = randomFloats(nVars * channels + (center ? nVars : 0), rng);
    const gradients = tf.tidy(() => {
      const rows = uploadRows(x, ids);
      const loss = (w: tf.Tensor, fill?: tf.Tensor) => {
        const y = expressionMatmul(x, w as tf.Tensor2D, { rows, fill: (fill as tf.Tensor2D) ?? null });
        return tf.sum(tf.mul(tf.square(y), tf.tensor2d(weights, [nRows, channels])));
      };
      const w = tf.tensor2d(both.slice(0, nVars * channels), [nVars, channels]);
      if (!center) return [tf.grad(loss)(w)];
      return tf.grads(loss)([w, tf.tensor2d(both.slice(nVars * channels), [1, nVars])]);
    });
    const numeric = await numericGradient((v) => {
      const fill = center ? v.subarray(nVars * channels) : undefined;
      const y = matmul(written(raw, p, ids, fill), v, nRows, nVars, channels);
      return y.reduce((sum, value, k) => sum + value * value * weights[k], 0);
    }, both);
    const got = await Promise.all(gradients.map((g) => backend().read(g)));
    expectClose(
      got.flatMap((g) => [...g]),
      numeric,
      1e-3,
    );
    tf.dispose(gradients);
    x.dispose();
  });

  test.each(Object.keys(VIEWS))("sees the reference's %s, forward and in the gradient", async (key) => {
    const view = VIEWS[key];
    for (const [nRows, channels, Count] of [
      [30, 5, Uint8Array],
      [9, 64, Uint16Array],
    ] as const) {
      const rng = createRng(channels);
      const [nObs, nVars] = [40, 23];
      const raw = randomExpression(nObs, nVars, rng, Count);
      const x = uploadExpression(raw, preprocessing(raw, rng, { scale: true }));
      const ids = someRows(nObs, nRows, rng);
      const [w, dy] = [randomFloats(nVars * channels, rng), randomFloats(nRows * channels, rng)];
      const { value, grad } = tf.tidy(() => {
        const rows = uploadRows(x, ids);
        return tf.valueAndGrad((w) => expressionMatmul(x, w as tf.Tensor2D, { rows, view }))(
          tf.tensor2d(w, [nVars, channels]),
          tf.tensor2d(dy, [nRows, channels]),
        );
      });
      const packed = {
        header: Int32Array.from(await x.header.data()),
        genes: Int32Array.from(await x.genes.data()),
        counts: Int32Array.from(await x.counts.data()),
      };
      const a = { ...x.attributes, ...viewKey(view) };
      const base = new Float32Array(2 * channels);
      expectClose(await backend().read(value), expressionMatmulReference(packed, a, ids, w, base, channels), 1e-5);
      expectClose(await backend().read(grad), expressionGradientReference(packed, a, ids, dy, channels), 1e-5);
      tf.dispose([value, grad]);
      x.dispose();
    }
  });

  test.each([
    ["entry", true],
    ["gene", true],
    ["entry", false],
  ] as const)(
    "reads what is dropped per %s as the means, forward and in the gradient, centred %s",
    async (per, center) => {
      const view: ExpressionView = { seed: 12, geneDropout: { rate: 0.45, per } };
      for (const [nRows, nVars, channels, Count] of [
        [30, 23, 5, Uint8Array],
        [9, 40, 64, Uint16Array],
        [7, 1, 33, Float32Array],
      ] as const) {
        const rng = createRng(nVars);
        const raw = randomExpression(40, nVars, rng, Count);
        const p = preprocessing(raw, rng, { scale: true, center });
        const x = uploadExpression(raw, p);
        const ids = someRows(40, nRows, rng, nRows === 9);
        const [w, dy] = [randomFloats(nVars * channels, rng), randomFloats(nRows * channels, rng)];
        const means = randomFloats(nVars, rng);
        // the rows written out: a dropped entry is its mean, before centring
        const seen = written(raw, p, ids);
        const { dropKey, dropThreshold } = viewKey(view);
        ids.forEach((cell, r) => {
          const key = rowKey(per === "gene" ? -1 : cell, dropKey);
          for (let j = 0; cell >= 0 && j < nVars; j++)
            if (hash32(j ^ key) < dropThreshold) seen[r * nVars + j] = means[j] - (p.centers?.[j] ?? 0);
        });
        const before = backend().memory().tensors;
        const { value, grad } = tf.tidy(() => {
          const product = { rows: uploadRows(x, ids), view, droppedAs: tf.tensor1d(means) };
          return tf.valueAndGrad((w) => expressionMatmul(x, w as tf.Tensor2D, product))(
            tf.tensor2d(w, [nVars, channels]),
            tf.tensor2d(dy, [nRows, channels]),
          );
        });
        expectClose(await backend().read(value), matmul(seen, w, nRows, nVars, channels), 1e-5);
        const loss = (w: Float32Array) =>
          matmul(seen, w, nRows, nVars, channels).reduce((sum, y, k) => sum + y * dy[k], 0);
        expectClose(await backend().read(grad), await numericGradient(loss, w), 1e-3);
        tf.dispose([value, grad]);
        expect(backend().memory().tensors).toBe(before);
        x.dispose();
      }
    },
  );

  test("compares hidden entries with the cells', zeros among them, as its reference does", async () => {
    for (const [nRows, nVars, Count, Gene, rate, per] of [
      [30, 23, Uint8Array, Uint16Array, 0.4, "entry"],
      [9, 64, Uint16Array, Uint32Array, 0.9, "entry"],
      [11, 3, Float32Array, Uint16Array, 0.5, "gene"],
      [5, 40, Uint8Array, Uint16Array, 0, "entry"],
    ] as const) {
      const rng = createRng(nVars);
      const raw = randomExpression(40, nVars, rng, Count, Gene);
      const x = uploadExpression(raw, preprocessing(raw, rng, { scale: true, center: nVars !== 64 }));
      // noise is no part of what is compared
      const view: ExpressionView = {
        ...{ seed: 3, geneDropout: { rate, per } },
        noise: { deviation: 1, on: "all" },
      };
      const cells = someRows(40, nRows, rng, true);
      const [y, bias] = [randomFloats(nRows * nVars, rng), randomFloats(nVars, rng)];
      const before = backend().memory().tensors;
      const made = tf.tidy(() =>
        hiddenResiduals(x, { cells, view }, tf.tensor2d(y, [nRows, nVars]), tf.tensor1d(bias)),
      );
      const packed = {
        header: Int32Array.from(await x.header.data()),
        genes: Int32Array.from(await x.genes.data()),
        counts: Int32Array.from(await x.counts.data()),
      };
      const a = { ...x.attributes, ...viewKey({ seed: 3, geneDropout: { rate, per } }) };
      const offset = bias.map((b, j) => b + (x.preprocessing.centers?.[j] ?? 0));
      const { residual, sums } = hiddenResidualsReference(packed, a, cells, y, offset);
      expectClose(await backend().read(made.residual), residual, 1e-5);
      expectClose(await backend().read(made.sums), sums, 1e-5);
      // exactly what the view drops, no more and no less
      const got = await backend().read(made.residual);
      expect(got.map((v) => (v === 0 ? 0 : 1))).toEqual(residual.map((v) => (v === 0 ? 0 : 1)));
      tf.dispose([made.residual, made.sums]);
      expect(backend().memory().tensors).toBe(before);
      x.dispose();
    }
  });

  test("a cell looks the same in every batch", async () => {
    const rng = createRng(3);
    const raw = randomExpression(30, 20, rng);
    const x = uploadExpression(raw, preprocessing(raw, rng));
    const w = tf.tensor2d(randomFloats(20 * 8, rng), [20, 8]);
    const view = { ...VIEWS["noise on all genes"], countNoise: { overdispersion: 2 } };
    const product = async (ids: number[]) => {
      const y = tf.tidy(() => expressionMatmul(x, w, { rows: uploadRows(x, Int32Array.from(ids)), view }));
      const values = await backend().read(y);
      y.dispose();
      return values;
    };
    const all = await product(Array.from({ length: 30 }, (_, i) => i));
    expect(await product([-2, 7, -1, 1])).toEqual(
      Float32Array.from([...new Array(8).fill(0), ...all.slice(56, 64), ...new Array(8).fill(0), ...all.slice(8, 16)]),
    );
    x.dispose();
    w.dispose();
  });

  test("nothing leaks, and no row is no error", async () => {
    const before = backend().memory().tensors;
    const rng = createRng(6);
    const raw = randomExpression(8, 5, rng);
    const x = uploadExpression(raw, preprocessing(raw, rng, { center: true }));
    const dw = tf.tidy(() => {
      const rows = uploadRows(x, Int32Array.of(HIDDEN, PADDING, 3)); // the third cell is empty
      return tf.grad((w) => tf.sum(expressionMatmul(x, w as tf.Tensor2D, { rows })))(tf.ones([5, 2]));
    });
    const centers = await backend().read(x.centers as tf.Tensor);
    expectClose(
      await backend().read(dw),
      [...centers].flatMap((m) => [-m, -m]),
      1e-6,
    );
    dw.dispose();
    x.dispose();
    expect(backend().memory().tensors).toBe(before);
  });

  test("names what is wrong", () => {
    const raw = randomExpression(8, 5, createRng(1));
    const x = uploadExpression(raw, preprocessing(raw, createRng(2)));
    expect(() => uploadRows(x, Int32Array.of(0, 8))).toThrow("Row 1 of the list: expected a cell below 8, got 8.");
    const rows = uploadRows(x, Int32Array.of(0));
    expect(() => expressionMatmul(x, tf.zeros([4, 3]), { rows })).toThrow("expected shape [5,-1], got [4,3].");
    const view: ExpressionView = { seed: 1, geneDropout: { rate: 1, per: "gene" } };
    expect(() => expressionMatmul(x, tf.zeros([5, 3]), { rows, view })).toThrow("gene dropout rate");
    const noisy = VIEWS["noise on all genes"];
    const droppedAs = tf.zeros([5]);
    expect(() => expressionMatmul(x, tf.zeros([5, 3]), { rows, view: noisy, droppedAs })).toThrow("take no noise");
    const cells = Int32Array.of(0, 1);
    expect(() => hiddenResiduals(x, { cells, view: noisy }, tf.zeros([1, 5]), tf.zeros([5]))).toThrow(
      "[2,5], got [1,5]",
    );
    tf.dispose([rows.index, ...(rows.back ? Object.values(rows.back) : [])] as tf.Tensor[]);
    x.dispose();
  });
});

test("1, 2 and 4 threads give the same bits, those of the written-out matrix within 1e-5", async () => {
  const rng = createRng(2);
  const [nObs, nVars, channels] = [600, 200, 96];
  const raw = randomExpression(nObs, nVars, rng);
  const p = preprocessing(raw, rng, { scale: true });
  const ids = Int32Array.from({ length: nObs }, (_, i) => (i % 2 ? i : HIDDEN));
  const [w, fill] = [randomFloats(nVars * channels, rng), randomFloats(nVars, rng)];
  const results: Float32Array[][] = [];
  for (const threads of [1, 2, 4]) {
    const backend = await openForTest("wasm", { threads });
    if (!backend) return;
    const x = uploadExpression(raw, p);
    const view = { seed: 4, geneDropout: { rate: 0.1, per: "entry" } } as const;
    const made = tf.tidy(() => {
      const rows = uploadRows(x, ids);
      const f = (w: tf.Tensor, fill: tf.Tensor) =>
        expressionMatmul(x, w as tf.Tensor2D, { rows, fill: fill as tf.Tensor2D, view });
      const inputs = [tf.tensor2d(w, [nVars, channels]), tf.tensor2d(fill, [1, nVars])];
      const dy = tf.tensor2d(randomFloats(nObs * channels, createRng(3)), [nObs, channels]);
      const { value, grads } = tf.valueAndGrads(f)(inputs, dy);
      const plain = expressionMatmul(x, inputs[0] as tf.Tensor2D, { rows: uploadRows(x, ids) });
      const x32 = Float32Array.from(written(raw, p, ids));
      const csr = uploadCsr({
        nRows: nObs,
        nCols: nVars,
        indptr: Uint32Array.from({ length: nObs + 1 }, (_, i) => i * nVars),
        indices: Uint32Array.from(x32, (_, e) => e % nVars),
        data: x32,
      });
      const droppedAs = tf.tensor1d(randomFloats(nVars, createRng(4)));
      const filled = tf.valueAndGrad((w) => expressionMatmul(x, w as tf.Tensor2D, { rows, view, droppedAs }))(
        inputs[0],
        dy,
      );
      const y = tf.tensor2d(randomFloats(nObs * nVars, createRng(5)), [nObs, nVars]);
      const { residual, sums } = hiddenResiduals(x, { cells: ids, view }, y, tf.zeros([nVars]));
      const hiding = [filled.value, filled.grad, residual, sums];
      return [value, ...grads, ...hiding, plain, csrMatmul(csr, inputs[0] as tf.Tensor2D)];
    });
    const arrays = await Promise.all(made.map((t) => backend.read(t)));
    expectClose(arrays[arrays.length - 2], arrays[arrays.length - 1], 1e-5);
    results.push(arrays.slice(0, -2));
    backend.dispose();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

test("rows of many entries, written out in parts, give the product and the same bits on 1, 2 and 4 threads", async () => {
  const rng = createRng(8);
  const [nObs, nVars, channels] = [600, 1000, 33];
  const raw = randomExpression(nObs, nVars, rng);
  const p = preprocessing(raw, rng, { scale: true, center: true });
  // more than two fifths of the entries say something: dropped ones their means, others their counts
  const ids = Int32Array.from({ length: nObs }, (_, i) =>
    i % 10 === 7 ? HIDDEN : i % 10 === 8 ? PADDING : nObs - 1 - i,
  );
  const view = { seed: 4, geneDropout: { rate: 0.5, per: "entry" } } as const;
  const [w, fill, means] = [nVars * channels, nVars, nVars].map((n) => randomFloats(n, rng));
  const dy = randomFloats(nObs * channels, rng);
  const seen = written(raw, p, ids, fill);
  const { dropKey, dropThreshold } = viewKey(view);
  ids.forEach((cell, r) => {
    const key = rowKey(cell, dropKey);
    for (let j = 0; cell >= 0 && j < nVars; j++)
      if (hash32(j ^ key) < dropThreshold) seen[r * nVars + j] = means[j] - (p.centers?.[j] ?? 0);
  });
  const back = new Float64Array(nVars * channels);
  for (let r = 0; r < nObs; r++)
    for (let j = 0; ids[r] >= 0 && j < nVars; j++)
      for (let c = 0; c < channels; c++) back[j * channels + c] += seen[r * nVars + j] * dy[r * channels + c];
  const results: Float32Array[][] = [];
  for (const threads of [1, 2, 4]) {
    const backend = await openForTest("wasm", { threads });
    if (!backend) return;
    const x = uploadExpression(raw, p);
    const made = tf.tidy(() => {
      const product = { rows: uploadRows(x, ids), view, droppedAs: tf.tensor1d(means) };
      const row = tf.tensor2d(fill, [1, nVars]);
      const { value, grad } = tf.valueAndGrad((w) => expressionMatmul(x, w as tf.Tensor2D, { ...product, fill: row }))(
        tf.tensor2d(w, [nVars, channels]),
        tf.tensor2d(dy, [nObs, channels]),
      );
      const ofHidden = tf.tidy(() => {
        const hidden = tf.tensor2d(
          dy.filter((_, k) => ids[Math.floor(k / channels)] === HIDDEN),
          [nObs / 10, channels],
        );
        return tf.matMul(row, tf.sum(hidden, 0, true), true, false);
      });
      return [value, grad, tf.sub(grad, ofHidden)];
    });
    const [value, grad, own] = await Promise.all(made.map((t) => backend.read(t)));
    expectClose(value, matmul(seen, w, nObs, nVars, channels), 1e-5);
    expectClose(own, back, 1e-5);
    results.push([value, grad]);
    backend.dispose();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

describe("the draws of a view", () => {
  const hashes = Array.from({ length: 100_000 }, (_, i) => hash32(i ^ hash32(12345)));
  const moments = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b) / values.length;
    return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length };
  };

  test.each(["entry", "gene"] as const)(
    "dropout per %s loses its share, independently of cell, gene and seed",
    (per) => {
      const [nObs, nVars, rate] = [200, 500, 0.3];
      const lost = (seed: number, cell: number, gene: number): number => {
        const { dropKey, dropThreshold } = viewKey({ seed, geneDropout: { rate, per } });
        return hash32(gene ^ rowKey(per === "gene" ? -1 : cell, dropKey)) < dropThreshold ? 1 : 0;
      };
      const n = per === "gene" ? nVars : nObs * nVars;
      const share = (f: (cell: number, gene: number) => number): number => {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += f(Math.floor(k / nVars), k % nVars);
        return sum / n;
      };
      const close = (got: number, p: number) =>
        expect(Math.abs(got - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n));
      close(
        share((i, j) => lost(1, i, j)),
        rate,
      );
      close(
        share((i, j) => lost(1, i, j) * lost(2, i, j)),
        rate ** 2,
      ); // seeds
      close(
        share((i, j) => lost(1, i, j) * lost(1, i, j + 1)),
        rate ** 2,
      ); // neighbouring genes
      if (per === "entry")
        close(
          share((i, j) => lost(1, i, j) * lost(1, i + 1, j)),
          rate ** 2,
        ); // neighbouring cells
    },
  );

  test("normal noise has mean 0, variance 1 and a normal's tails", () => {
    const draws = hashes.map(normalOf);
    const { mean, variance } = moments(draws);
    // five standard errors
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(1e5));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 1e5));
    const beyond = (z: number) => draws.filter((d) => Math.abs(d) > z).length / 1e5;
    expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(5 * Math.sqrt((0.3173 * 0.6827) / 1e5));
    expect(Math.abs(beyond(3) - 0.0027)).toBeLessThan(5 * Math.sqrt(0.0027 / 1e5));
  });

  test.each([0.5, 2, 6])("count noise keeps the mean and has overdispersion %f", (overdispersion) => {
    const { countThreshold } = viewKey({ seed: 0, countNoise: { overdispersion } });
    const { mean, variance } = moments(hashes.map((h) => noisyCount(4, h, countThreshold)));
    expect(Math.abs(mean - 4)).toBeLessThan(5 * Math.sqrt((4 * overdispersion) / 1e5));
    expect(variance / (4 * overdispersion)).toBeGreaterThan(0.95);
    expect(variance / (4 * overdispersion)).toBeLessThan(1.05);
  });

  test("with overdispersion 2 a count is negative binomial", () => {
    const { countThreshold } = viewKey({ seed: 0, countNoise: { overdispersion: 2 } });
    const draws = hashes.map((h) => noisyCount(3, h, countThreshold));
    for (let k = 0; k < 8; k++) {
      const p = (((k + 2) * (k + 1)) / 2) * 0.5 ** (3 + k); // NB(3, 1/2)
      const share = draws.filter((d) => d === k).length / 1e5;
      expect(Math.abs(share - p), `${k}`).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 1e5));
    }
  });
});
