import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createRng } from "../../random";
import { csrMatmul } from "../csr-matmul";
import { uploadCsr } from "../device-csr";
import { gatAggregate } from "../gat-attention";
import { gatherRows } from "../gather-rows";
import { expectClose, onBackend, randomCsr, randomFloats } from "../testing/backends";
import { csrRows } from ".";
import { csrRowsReference } from "./reference";

const [nRows, nCols, channels] = [37, 41, 6];

function setup(order: number[]) {
  const csr = randomCsr(nRows, nCols, 0.2, createRng(3));
  const inverse = new Int32Array(nRows).fill(-1);
  order.forEach((row, place) => {
    inverse[row] = place;
  });
  return { csr, inverse, values: randomFloats(nCols * channels, createRng(4)) };
}

const orders = { "in their order": [0, 3, 8, 20, 21, 36], backwards: [36, 21, 20, 8, 3, 0], "one alone": [5] };

describe.each(["cpu", "wasm"] as const)("csrRows on %s", (name) => {
  const backend = onBackend(name);
  const read = async (tensor: tf.Tensor) => Array.from(await backend().read(tensor));

  test.each(Object.entries(orders))(
    "are the rows of the definition, with each its own or not: %s",
    async (_, order) => {
      const { csr, inverse } = setup(order);
      const a = uploadCsr(csr);
      const choice = { index: tf.tensor1d(order, "int32"), inverse: tf.tensor1d(inverse, "int32") };
      for (const own of [false, true]) {
        const got = csrRows(a, choice, { own });
        if (!got) throw new Error("no rows");
        const { rows, back } = csrRowsReference(csr, order, own);
        const nnz = rows.indices.length;
        expect(got.nRows).toBe(rows.nRows);
        expect(await read(got.indptr)).toEqual(Array.from(rows.indptr));
        expect((await read(got.indices)).slice(0, nnz)).toEqual(Array.from(rows.indices));
        expect((await read(got.data)).slice(0, nnz)).toEqual(Array.from(rows.data));
        expect(await read(got.transposed.indptr)).toEqual(Array.from(back.indptr));
        // a column lists its rows in an order of its own, and `from` says where each stands
        const [r, v, from] = await Promise.all(
          [got.transposed.indices, got.transposed.data, got.transposed.from].map(read),
        );
        for (let j = 0; j < nCols; j++) {
          const entries = (rowOf: ArrayLike<number>, weightOf: ArrayLike<number>, at: ArrayLike<number>) =>
            Array.from({ length: back.indptr[j + 1] - back.indptr[j] }, (_, k) => back.indptr[j] + k)
              .map((e) => [rowOf[e], weightOf[e], at[e]])
              .sort((one, other) => one[0] - other[0] || one[2] - other[2]);
          expect(entries(r, v, from)).toEqual(entries(back.indices, back.data, back.from));
        }
        got.dispose();
      }
      a.dispose();
      tf.dispose([choice.index, choice.inverse]);
    },
  );

  test("products and attention of them are those of the whole, and so are the gradients, after their scope has ended", async () => {
    const order = orders.backwards;
    const { csr, inverse, values } = setup(order);
    const before = backend().memory().tensors;
    const a = uploadCsr(csr);
    const made = tf.tidy(() => {
      const choice = { index: tf.tensor1d(order, "int32"), inverse: tf.tensor1d(inverse, "int32") };
      const x = tf.tensor2d(values, [nCols, channels]);
      const scores = tf.tensor2d(values.slice(0, 2 * nCols), [nCols, 2]);
      const listeners = tf.tensor2d(values.slice(0, 2 * nRows), [nRows, 2]);
      const dy = tf.tensor2d(values.slice(0, order.length * channels), [order.length, channels]);
      const rowsOf = () => csrRows(a, choice) ?? a;
      const choose = (y: tf.Tensor2D) => gatherRows(y, choice.index, choice.inverse);
      const options = { negativeSlope: 0.2, dropout: { rate: 0, seed: 1 } };
      const pairs = [
        [(v: tf.Tensor2D) => csrMatmul(rowsOf(), v), (v: tf.Tensor2D) => choose(csrMatmul(a, v))],
        [
          (v: tf.Tensor2D) => gatAggregate(rowsOf(), v, scores, choose(listeners), options),
          (v: tf.Tensor2D) => choose(gatAggregate(a, v, scores, listeners, options)),
        ],
      ];
      return pairs.flatMap((pair) =>
        pair.map((f) => {
          const { value, grad } = tf.valueAndGrad((v: tf.Tensor) => tf.tidy(() => f(v as tf.Tensor2D)))(x, dy);
          return [value, grad];
        }),
      );
    });
    for (const [some, whole] of [made.slice(0, 2), made.slice(2)])
      for (const k of [0, 1]) expectClose(await backend().read(some[k]), await backend().read(whole[k]), 1e-6);
    tf.dispose(made);
    a.dispose();
    expect(backend().memory().tensors).toBe(before);
  });
});

describe("csrRows on webgpu", () => {
  const backend = onBackend("webgpu");

  test("are left to whoever asks", () => {
    const a = uploadCsr(setup([1]).csr);
    expect(backend().name).toBe("webgpu");
    const choice = { index: tf.tensor1d([1], "int32"), inverse: tf.tensor1d(setup([1]).inverse, "int32") };
    expect(csrRows(a, choice)).toBeNull();
    a.dispose();
  });
});
