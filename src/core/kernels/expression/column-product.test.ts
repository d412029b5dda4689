import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng, integer } from "../../random";
import { expectClose, numericGradient, onBackend, randomFloats } from "../testing/backends";
import {
  expressionMatmul,
  gradientsWithColumn,
  HIDDEN,
  PADDING,
  productsWithColumn,
  savedOf,
  uploadExpression,
  uploadRows,
} from ".";

const [nObs, nVars] = [300, 60];
const IDS = Int32Array.from({ length: 260 }, (_, r) =>
  r % 7 === 3 ? PADDING : r % 5 === 2 ? HIDDEN : (r * 11) % nObs,
);

/** Counts of which a share is above zero: few, or so many that rows are multiplied as dense ones. */
function expression(density: number, centred: boolean) {
  const rng = createRng(7);
  const indptr = new Uint32Array(nObs + 1);
  const genes: number[] = [];
  for (let i = 0; i < nObs; i++) {
    for (let j = 0; j < nVars; j++) if (rng() < density) genes.push(j);
    indptr[i + 1] = genes.length;
  }
  const X = { indptr, indices: Uint16Array.from(genes), data: Uint8Array.from(genes, () => 1 + integer(rng, 20)) };
  const sizeFactors = Float32Array.from({ length: nObs }, () => 0.1 + rng());
  const centers = centred ? randomFloats(nVars, rng) : null;
  return uploadExpression({ nObs, nVars, X }, { sizeFactors, log1p: true, inverseDeviations: null, centers });
}

describe.each(["cpu", "wasm", "webgpu"] as const)("products with a column more on %s", (name) => {
  const backend = onBackend(name);
  const read = async (tensor: tf.Tensor) => Array.from(await backend().read(tensor));

  test.each([
    [0.15, 64, false],
    [0.15, 33, true],
    [0.9, 40, true],
  ])(
    "are those of both by themselves, bit for bit, and so are the gradients: %d above zero, %i channels, centred %s",
    async (density, channels, centred) => {
      const before = backend().memory().tensors;
      const x = expression(density, centred);
      const rng = createRng(channels);
      const [w, column] = [randomFloats(nVars * channels, rng), randomFloats(nVars, rng)];
      const [dy, dColumn] = [randomFloats(IDS.length * channels, rng), randomFloats(IDS.length, rng)];
      const made = tf.tidy(() => {
        const rows = uploadRows(x, IDS);
        const own = { w: tf.tensor2d(w, [nVars, channels]), column: tf.tensor2d(column, [nVars, 1]) };
        const back = {
          dy: tf.tensor2d(dy, [IDS.length, channels]),
          dColumn: tf.tensor2d(dColumn, [IDS.length, 1]),
        };
        const { product, column: second } = productsWithColumn(x, own, rows);
        const gradients = gradientsWithColumn(x, back, rows, savedOf(rows));
        const alone = (v: tf.Tensor2D, dv: tf.Tensor2D) =>
          tf.valueAndGrad((own: tf.Tensor) => expressionMatmul(x, own as tf.Tensor2D, { rows }))(v, dv);
        const [wide, narrow] = [alone(own.w, back.dy), alone(own.column, back.dColumn)];
        return [product, wide.value, second, narrow.value, gradients.dw, wide.grad, gradients.dColumn, narrow.grad];
      });
      for (let k = 0; k < made.length; k += 2) {
        expect(made[k].shape).toEqual(made[k + 1].shape);
        expect(await read(made[k])).toEqual(await read(made[k + 1]));
      }
      tf.dispose(made);
      x.dispose();
      expect(backend().memory().tensors).toBe(before);
    },
  );

  test("have the gradients that central differences say", async () => {
    const x = expression(0.15, true);
    const channels = 3;
    const rng = createRng(5);
    const both = randomFloats(nVars * (channels + 1), rng);
    const [dy, dColumn] = [randomFloats(IDS.length * channels, rng), randomFloats(IDS.length, rng)];
    const ones = tf.tensor2d(
      new Float32Array(nVars * nVars).map((_, k) => (k % (nVars + 1) === 0 ? 1 : 0)),
      [nVars, nVars],
    );
    const written = tf.tidy(() => expressionMatmul(x, ones, { rows: uploadRows(x, IDS) }));
    const values = await backend().read(written);
    const loss = (v: Float32Array) => {
      let sum = 0;
      for (let r = 0; r < IDS.length; r++)
        for (let j = 0; j < nVars; j++) {
          const value = values[r * nVars + j];
          for (let c = 0; c < channels; c++) sum += value * v[j * channels + c] * dy[r * channels + c];
          sum += value * v[nVars * channels + j] * dColumn[r];
        }
      return sum;
    };
    const got = tf.tidy(() => {
      const rows = uploadRows(x, IDS);
      const back = { dy: tf.tensor2d(dy, [IDS.length, channels]), dColumn: tf.tensor2d(dColumn, [IDS.length, 1]) };
      return gradientsWithColumn(x, back, rows, savedOf(rows));
    });
    expectClose([...(await read(got.dw)), ...(await read(got.dColumn))], await numericGradient(loss, both), 1e-3);
    tf.dispose([got.dw, got.dColumn, ones, written]);
    x.dispose();
  });
});
