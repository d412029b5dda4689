import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { expressionMatmul, uploadExpression, uploadRows } from "../kernels/expression";
import { expectClose, numericGradient, onBackend, randomFloats } from "../kernels/testing/backends";
import { hiddenEntries } from "../kernels/testing/hidden-entries";
import { fitNormalization, normalizeExpression } from "../preprocess/normalize";
import { createRng } from "../random";
import { smallTissue } from "../testing/small-tissue";
import { hiddenEntryErrors, hiddenEntryMeans } from "./linear-decoder-entries";

const { slice } = smallTissue({ side: 4, nVars: 7 });
const recipe = (center: boolean) => ({ targetSum: "median", log1p: true, scale: true, center }) as const;
const view = { seed: 11, geneDropout: { rate: 0.4, per: "entry" } } as const;
const cells = Int32Array.from([3, 14, 0, 9, 8]);
const [nRows, hidden, nVars] = [cells.length, 3, 7];

/** Preprocessed expression of a cell, written out. */
function written(center: boolean, cell: number): Float64Array {
  const { x } = normalizeExpression(slice, recipe(center));
  const { centers } = fitNormalization(slice, recipe(center));
  const row = new Float64Array(nVars);
  for (let e = x.indptr[cell]; e < x.indptr[cell + 1]; e++) row[x.indices[e]] = x.data[e];
  return row.map((v, j) => v - (centers?.[j] ?? 0));
}

describe.each(["cpu", "wasm", "webgpu"] as const)("errors of hidden entries on %s", (name) => {
  const backend = onBackend(name);
  const upload = (center: boolean) => uploadExpression(slice, fitNormalization(slice, recipe(center)));

  test.each([false, true])("are of what the product with the same view does not see, centred %s", async (center) => {
    const x = upload(center);
    const { values, hidden: isHidden, count } = hiddenEntries(x, cells, view);
    const identity = tf.eye(nVars) as tf.Tensor2D;
    const seen = tf.tidy(() => expressionMatmul(x, identity, { rows: uploadRows(x, cells), view }));
    const seenValues = await backend().read(seen);
    const centers = fitNormalization(slice, recipe(center)).centers ?? new Float32Array(nVars);
    let n = 0;
    for (let r = 0; r < nRows; r++) {
      const all = written(center, cells[r]);
      for (let j = 0; j < nVars; j++) {
        const k = r * nVars + j;
        n += isHidden[k];
        expect(values[k]).toBeCloseTo(isHidden[k] ? all[j] : 0, 5);
        // a hidden entry reads as one without counts
        expect(seenValues[k]).toBeCloseTo(isHidden[k] ? -centers[j] : all[j], 4);
      }
    }
    expect(count).toBe(n);
    expect(n / (nRows * nVars)).toBeGreaterThan(0.2);
    expect(n / (nRows * nVars)).toBeLessThan(0.6);
    tf.dispose([identity, seen]);
    x.dispose();
  });

  test.each([false, true])(
    "equal the definition, and their gradients central differences, centred %s",
    async (center) => {
      const rng = createRng(5);
      const x = upload(center);
      const [codes, weight, bias] = [nRows * hidden, hidden * nVars, nVars].map((n) => randomFloats(n, rng));
      const { values, hidden: isHidden, count } = hiddenEntries(x, cells, view);
      const definition = (d: Float32Array, w: Float32Array, b: Float32Array): number => {
        let sum = 0;
        for (let r = 0; r < nRows; r++)
          for (let j = 0; j < nVars; j++) {
            let rebuilt = b[j];
            for (let h = 0; h < hidden; h++) rebuilt += d[r * hidden + h] * w[h * nVars + j];
            sum += isHidden[r * nVars + j] * (rebuilt - values[r * nVars + j]) ** 2;
          }
        return sum;
      };
      const before = backend().memory().tensors;
      const inputs = () => [
        tf.tensor2d(codes, [nRows, hidden]),
        tf.tensor2d(weight, [hidden, nVars]),
        tf.tensor1d(bias),
      ];
      const { value, grads } = tf.tidy(() =>
        tf.valueAndGrads((d, w, b) => {
          const decoder = { weight: w as tf.Tensor2D, bias: b as tf.Tensor1D };
          return hiddenEntryErrors({ x, cells, view }, d as tf.Tensor2D, decoder);
          // the count is constant, whatever weighs it
        })(inputs(), tf.tensor1d([0.5, 3])),
      );
      const [sum, counted] = await backend().read(value);
      expect(counted).toBe(count);
      expectClose([sum], [definition(codes, weight, bias)], 1e-5);
      const numeric = [
        await numericGradient((d) => 0.5 * definition(d, weight, bias), codes),
        await numericGradient((w) => 0.5 * definition(codes, w, bias), weight),
        await numericGradient((b) => 0.5 * definition(codes, weight, b), bias),
      ];
      for (const [k, expected] of numeric.entries()) expectClose(await backend().read(grads[k]), expected, 2e-3);
      tf.dispose([value, ...grads]);

      const means = tf.tidy(() => {
        const [d, w, b] = inputs();
        return hiddenEntryMeans({ x, cells, view }, d as tf.Tensor2D, {
          weight: w as tf.Tensor2D,
          bias: b as tf.Tensor1D,
        });
      });
      const own = await backend().read(means);
      const perRow = Array.from({ length: nRows }, (_, r) =>
        isHidden.subarray(r * nVars, (r + 1) * nVars).reduce((a, b) => a + b),
      );
      expect(own.reduce((sum, mean, r) => sum + mean * perRow[r], 0)).toBeCloseTo(definition(codes, weight, bias), 3);
      means.dispose();
      expect(backend().memory().tensors).toBe(before);
      x.dispose();
    },
  );
});
