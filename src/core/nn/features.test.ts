import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { uploadExpression, uploadRows } from "../kernels/expression";
import { expectClose, numericGradient, onBackend, randomFloats } from "../kernels/testing/backends";
import { hiddenEntries } from "../kernels/testing/hidden-entries";
import { fitNormalization, normalizeExpression } from "../preprocess/normalize";
import { createRng } from "../random";
import { smallTissue } from "../testing/small-tissue";
import { project } from "./features";

const [nVars, out] = [7, 3];
const { slice } = smallTissue({ side: 4, nVars });
const recipe = (center: boolean) => ({ targetSum: "median", log1p: true, scale: true, center }) as const;
const view = { seed: 11, geneDropout: { rate: 0.4, per: "entry" } } as const;
const cells = Int32Array.from([3, 14, 0, 9, 8]);
const nRows = cells.length;

describe.each(["cpu", "wasm", "webgpu"] as const)("hidden genes that read as their mean on %s", (name) => {
  const backend = onBackend(name);

  test.each([false, true])(
    "give the product of expression with means in their place, and its gradient, centred %s",
    async (center) => {
      const fitted = fitNormalization(slice, recipe(center));
      const { x: values } = normalizeExpression(slice, recipe(center));
      const means = fitted.centers ?? fitted.geneMeans;
      const x = uploadExpression(slice, fitted);
      const { hidden } = hiddenEntries(x, cells, view);
      const seen = new Float64Array(nRows * nVars);
      cells.forEach((cell, r) => {
        for (let e = values.indptr[cell]; e < values.indptr[cell + 1]; e++)
          seen[r * nVars + values.indices[e]] = values.data[e];
        for (let j = 0; j < nVars; j++) {
          const k = r * nVars + j;
          seen[k] = (hidden[k] ? means[j] : seen[k]) - (center ? means[j] : 0);
          // a centred mean is zero
          if (center && hidden[k]) expect(Math.abs(seen[k])).toBe(0);
        }
      });
      const definition = (w: Float32Array): Float32Array => {
        const y = new Float32Array(nRows * out);
        for (let r = 0; r < nRows; r++)
          for (let j = 0; j < nVars; j++)
            for (let c = 0; c < out; c++) y[r * out + c] += seen[r * nVars + j] * w[j * out + c];
        return y;
      };
      const rng = createRng(5);
      const [weight, upstream] = [randomFloats(nVars * out, rng), randomFloats(nRows * out, rng)];
      const before = backend().memory().tensors;
      const { value, grads } = tf.tidy(() => {
        const droppedAs = tf.tensor1d(means);
        const features = { kind: "expression", x, rows: uploadRows(x, cells), fill: null, view, droppedAs } as const;
        const dy = tf.tensor2d(upstream, [nRows, out]);
        return tf.valueAndGrads((w) => project(features, w as tf.Tensor2D))([tf.tensor2d(weight, [nVars, out])], dy);
      });
      expectClose(await backend().read(value), definition(weight), 1e-5);
      const dotted = (w: Float32Array): number => definition(w).reduce((sum, y, k) => sum + y * upstream[k], 0);
      expectClose(await backend().read(grads[0]), await numericGradient(dotted, weight), 2e-3);
      tf.dispose([value, ...grads]);
      expect(backend().memory().tensors).toBe(before);
      x.dispose();
    },
  );
});
