import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import type { Csr } from "../graph/csr";
import { meanNormalized } from "../graph/normalize";
import { createSubGraphs } from "../graph/sub-graphs";
import { uploadCsr } from "../kernels/device-csr";
import { expectClose, randomFloats } from "../kernels/testing/backends";
import { createRng } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { convolutionMatrix } from "../train/convolution-matrix";
import { encode, updateRunningStatistics } from "./encoder";
import { backbones, type EncoderSpec } from "./encoder-spec";
import golden from "./goldens/own-path.json";
import { initEncoder } from "./init-encoder";
import { uploadBlock } from "./layer-graph";
import { chooseRows } from "./row-choice";
import { fromTorchLayout, type NamedTensors, toTorchLayout } from "./tensors";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const options = { heads: 2, dropout: 0, attentionDropout: 0, skip: false } as const;
const evaluation = { kind: "evaluation" } as const;
const training = { kind: "training", seed: 1 } as const;
type Numbers = { readonly shape: number[]; readonly data: number[] };

function onDevice(arrays: Readonly<Record<string, Numbers>>): NamedTensors {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => {
      const own = fromTorchLayout({ name, shape, data: Float32Array.from(data) });
      return [name, tf.tensor(own.data, [...own.shape])];
    }),
  );
}

describe.each(golden.cases)("against torch, batch norm $batchNorm", (c) => {
  const spec: EncoderSpec = {
    ...{ ...options, backbone: "sage", nVars: 3, layers: 1, hidden: 4, ownPath: 2 },
    batchNorm: c.batchNorm,
  };
  const indptr = Uint32Array.from([
    0,
    ...golden.neighbours.map((_, i) => golden.neighbours.slice(0, i + 1).flat().length),
  ]);
  const graph = { nNodes: 6, indptr, indices: Uint32Array.from(golden.neighbours.flat()) };

  test("the output, every gradient and the running statistics agree under the same names", () => {
    tf.tidy(() => {
      const { buffers } = initEncoder(spec, createRng(0));
      const weights = onDevice(c.weights as unknown as Record<string, Numbers>);
      const names = Object.keys(weights);
      expect(Object.keys(initEncoder(spec, createRng(0)).weights).sort()).toEqual([...names].sort());
      const graphs = [{ matrix: uploadCsr(meanNormalized(graph as never) as Csr), nValid: 6 }];
      let running: NamedTensors = {};
      const { value, grads } = tf.valueAndGrads((...w: tf.Tensor[]) => {
        const params = { weights: Object.fromEntries(names.map((name, i) => [name, w[i]])), buffers };
        const x = tf.tensor2d(c.x, [6, 3]);
        const { embedding, statistics } = encode(params, spec, graphs, { kind: "dense", x }, training);
        running = Object.fromEntries(
          Object.entries(updateRunningStatistics(buffers, statistics)).map(([name, t]) => [name, tf.keep(t)]),
        );
        return embedding;
      })(Object.values(weights), tf.tensor2d(c.r, [6, 4]));
      // sums of a few float32 terms in another order, divided by deviations down to a tenth
      expectClose(value.dataSync(), Float32Array.from(c.y), 1e-5);
      for (const [i, name] of names.entries()) {
        const expected = (c.gradients as unknown as Record<string, Numbers>)[name];
        const { shape, data } = toTorchLayout(name, grads[i].shape, grads[i].dataSync() as Float32Array);
        expect(shape, name).toEqual(expected.shape);
        expectClose(data, Float32Array.from(expected.data), 2e-5);
      }
      expect(Object.keys(running).sort()).toEqual(Object.keys(c.running).sort());
      for (const [name, t] of Object.entries(running))
        expectClose(
          t.dataSync(),
          Float32Array.from((c.running as unknown as Record<string, Numbers>)[name].data),
          1e-5,
        );
      tf.dispose(Object.values(running));
    });
  });
});

describe.each(backbones)("beside %s", (backbone) => {
  const { graph } = smallTissue({ side: 9 });
  const [nObs, width] = [graph.nNodes, 6];
  const spec: EncoderSpec = {
    ...options,
    backbone,
    nVars: width,
    layers: 2,
    hidden: width,
    batchNorm: true,
    ownPath: 1,
  };
  const matrix = convolutionMatrix(graph, backbone);
  const x = randomFloats(nObs * width, createRng(3));
  const rowsOf = (cells: ArrayLike<number>) =>
    tf.tensor2d(
      Float32Array.from(Array.from(cells).flatMap((cell) => [...x.subarray(cell * width, (cell + 1) * width)])),
      [cells.length, width],
    );
  const whole = (mode: typeof evaluation | typeof training, params = initEncoder(spec, createRng(4))) =>
    encode(
      params,
      spec,
      [{ matrix: uploadCsr(matrix), nValid: nObs }],
      { kind: "dense", x: rowsOf([...Array(nObs).keys()]) },
      mode,
    );

  test("ego-nets give their targets the full graph's embedding", () => {
    tf.tidy(() => {
      const params = initEncoder(spec, createRng(4));
      const full = whole(evaluation, params).embedding.arraySync();
      const subGraphs = createSubGraphs(matrix, { view: { kind: "ego", hops: 2, batchSize: 20 }, layers: 2, seed: 2 });
      for (let batch = 0; batch < subGraphs.nBatches; batch++) {
        const { cells, nTargets, blocks } = subGraphs.cut(0, batch);
        const padded = Array.from({ length: blocks[0].nCols }, (_, i) => Math.max(0, cells[i] ?? 0));
        const features = { kind: "dense", x: rowsOf(padded) } as const;
        const got = encode(params, spec, blocks.map(uploadBlock), features, evaluation).embedding.arraySync();
        for (let t = 0; t < nTargets; t++)
          expectClose(Float32Array.from(got[t]), Float32Array.from(full[cells[t]]), 1e-5);
      }
    });
  });

  test("rows asked for alone are those of the whole", () => {
    tf.tidy(() => {
      const params = initEncoder(spec, createRng(4));
      const index = Int32Array.of(40, 3, 17);
      const inverse = new Int32Array(nObs).fill(-1);
      index.forEach((row, place) => {
        inverse[row] = place;
      });
      const choice = { index: tf.tensor1d(index, "int32"), inverse: tf.tensor1d(inverse, "int32") };
      const features = { kind: "dense", x: rowsOf([...Array(nObs).keys()]) } as const;
      const graphs = [{ matrix: uploadCsr(matrix), nValid: nObs }];
      const some = encode(params, spec, graphs, features, evaluation, choice).embedding;
      expectClose(some.dataSync(), chooseRows(whole(evaluation, params).embedding, choice).dataSync(), 1e-6);
    });
  });

  test("a closed gate leaves the cell alone: neighbours change nothing", () => {
    tf.tidy(() => {
      const { weights, buffers } = initEncoder(spec, createRng(4));
      const closed = { weights: { ...weights, gate: tf.zerosLike(weights.gate) }, buffers };
      const alone = convolutionMatrix(
        { ...graph, indptr: new Uint32Array(nObs + 1), indices: new Uint32Array() } as never,
        backbone,
      );
      const features = { kind: "dense", x: rowsOf([...Array(nObs).keys()]) } as const;
      const without = encode(
        closed,
        spec,
        [{ matrix: uploadCsr(alone), nValid: nObs }],
        features,
        evaluation,
      ).embedding;
      expectClose(whole(evaluation, closed).embedding.dataSync(), without.dataSync(), 1e-6);
    });
  });
});
