import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { uploadCsr } from "../kernels/device-csr";
import { HIDDEN, uploadExpression, uploadRows } from "../kernels/expression";
import { expectClose, onBackend, randomFloats } from "../kernels/testing/backends";
import { fitNormalization } from "../preprocess/normalize";
import { createRng } from "../random";
import { smallTissue } from "../testing/small-tissue";
import { convolutionMatrix } from "../train/convolution-matrix";
import { encode } from "./encoder";
import { backbones, type EncoderSpec } from "./encoder-spec";
import { initEncoder } from "./init-encoder";
import { type LayerGraph, uploadRowBlocks } from "./layer-graph";

const { slice, graph } = smallTissue({ side: 11, nVars: 9 });
const { nObs, nVars } = slice;
const hidden = 8;
const settings = [
  { batchNorm: true, dropout: 0.2, skip: true },
  { batchNorm: false, dropout: 0, skip: false },
];

describe.each(["cpu", "wasm", "webgpu"] as const)("a network in blocks of rows on %s", (name) => {
  const backend = onBackend(name);

  test.each(backbones.flatMap((backbone) => settings.map((options) => ({ backbone, ...options }))))(
    "has the embedding, the statistics and every gradient of the undivided one: %o",
    async ({ backbone, ...options }) => {
      const spec: EncoderSpec = { backbone, nVars, layers: 3, hidden, heads: 2, attentionDropout: 0, ...options };
      const matrix = convolutionMatrix(graph, backbone);
      const before = backend().memory().tensors;
      const whole: LayerGraph = { matrix: uploadCsr(matrix), nValid: nObs };
      const x = uploadExpression(slice, fitNormalization(slice, { targetSum: "median", log1p: true, scale: false }));
      const params = initEncoder(spec, createRng(3));
      const given = { ...params.weights, fill: tf.tensor2d(randomFloats(nVars, createRng(4)), [1, nVars]) };
      const names = Object.keys(given);

      const run = async (graphs: LayerGraph[], wanted: number[] | null) => {
        const made = tf.tidy(() => {
          const ids = Int32Array.from({ length: nObs }, (_, i) => (i % 3 === 1 ? HIDDEN : i));
          const nOut = wanted?.length ?? nObs;
          const dy = tf.tensor2d(randomFloats(nOut * hidden, createRng(5)), [nOut, hidden]);
          const places = Int32Array.from({ length: nObs }, (_, i) => wanted?.indexOf(i) ?? i);
          const choice = wanted && { index: tf.tensor1d(wanted, "int32"), inverse: tf.tensor1d(places, "int32") };
          const statistics: tf.Tensor[] = [];
          const f = (...tensors: tf.Tensor[]) => {
            const { fill, ...weights } = Object.fromEntries(names.map((n, i) => [n, tensors[i]]));
            const features = { kind: "expression", x, rows: uploadRows(x, ids), fill: fill as tf.Tensor2D } as const;
            const done = encode({ ...params, weights }, spec, graphs, features, { kind: "training", seed: 7 }, choice);
            statistics.push(
              ...done.statistics.flatMap(({ mean, variance }) => [mean, variance]).map((t) => tf.keep(t)),
            );
            return done.embedding;
          };
          const { value, grads } = tf.valueAndGrads(f)(Object.values(given), dy);
          return [value, ...grads, ...statistics];
        });
        const arrays: Float32Array[] = [];
        for (const t of made) arrays.push(Float32Array.from(await backend().read(t)));
        tf.dispose(made);
        return arrays;
      };

      for (const wanted of options.skip ? [null, [3, 120, 50, 51, 7]] : [null]) {
        const expected = await run([whole], wanted);
        for (const nBlocks of name === "webgpu" ? [3] : [1, 4]) {
          const rowBlocks = uploadRowBlocks(matrix, nBlocks);
          const got = await run([{ ...whole, rowBlocks }], wanted);
          expect(got.length).toBe(expected.length);
          // sums of the same terms in another order
          for (const [k, values] of got.entries()) expectClose(values, expected[k], 1e-5);
          if (name !== "cpu") expect(await run([{ ...whole, rowBlocks }], wanted)).toEqual(got);
          for (const block of rowBlocks) block.dispose();
        }
      }
      tf.dispose([given, params.buffers]);
      x.dispose();
      whole.matrix.dispose();
      expect(backend().memory().tensors).toBe(before);
    },
  );
});
