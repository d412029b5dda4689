import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { createSubGraphs } from "../graph/sub-graphs";
import type { ViewRecipe } from "../graph/view";
import { uploadCsr } from "../kernels/device-csr";
import { createRng, normal } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { convolutionMatrix } from "../train/convolution-matrix";
import { encode, type Mode } from "./encoder";
import { backbones, type EncoderSpec } from "./encoder-spec";
import { initEncoder } from "./init-encoder";
import { type LayerGraph, uploadBlock } from "./layer-graph";
import type { Params } from "./tensors";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const { graph } = smallTissue({ side: 9 });
const nObs = graph.nNodes;
const width = 6;
const rng = createRng(5);
const values = Float32Array.from({ length: nObs * width }, () => normal(rng));
const evaluation: Mode = { kind: "evaluation" };
const training: Mode = { kind: "training", seed: 1 };

describe.each(backbones)("with %s", (backbone) => {
  const matrix = convolutionMatrix(graph, backbone);
  const specOf = (layers: number): EncoderSpec => {
    const options = { layers, hidden: width, heads: 2, batchNorm: true, dropout: 0, attentionDropout: 0, skip: true };
    return { ...options, backbone, nVars: width };
  };
  const blocksOf = (view: Exclude<ViewRecipe, { kind: "full" }>, layers: number) => {
    const subGraphs = createSubGraphs(matrix, { view, layers, seed: 2 });
    return Array.from({ length: subGraphs.nBatches }, (_, batch) => {
      const { cells, nTargets, blocks } = subGraphs.cut(0, batch);
      return { cells, targets: cells.slice(0, nTargets), graphs: blocks.map(uploadBlock) };
    });
  };

  test.each([1, 2, 3])("merged ego-nets give the targets the full graph's embedding through %i layers", (layers) => {
    tf.tidy(() => {
      const spec = specOf(layers);
      const params = learned(spec);
      const full = embed(params, spec, fullGraph(matrix), allCells(), evaluation).arraySync();
      for (const { cells, targets, graphs } of blocksOf({ kind: "ego", hops: layers, batchSize: 20 }, layers)) {
        const got = embed(params, spec, graphs, cells, evaluation).arraySync();
        targets.forEach((cell, i) => {
          got[i].forEach((value, c) => {
            expect(value).toBeCloseTo(full[cell][c], 5);
          });
        });
      }
    });
  });

  test.each([1, 2, 3])("one batch of all cells gives the full graph's gradients through %i layers", (layers) => {
    tf.tidy(() => {
      // without a norm's statistics, in which padding has no part yet
      const spec = { ...specOf(layers), batchNorm: false };
      const params = learned(spec);
      const [{ cells, graphs }] = blocksOf({ kind: "ego", hops: layers, batchSize: nObs }, layers);
      const expected = gradients(params, spec, fullGraph(matrix), allCells());
      const got = gradients(params, spec, graphs, cells);
      for (const [name, gradient] of Object.entries(expected)) {
        const scale = Math.max(...gradient.map(Math.abs));
        gradient.forEach((value, k) => {
          expect(Math.abs(got[name][k] - value), name).toBeLessThan(1e-5 * Math.max(1, scale));
        });
      }
    });
  });
});

const allCells = () => Int32Array.from({ length: nObs }, (_, i) => i);
const fullGraph = (matrix: Parameters<typeof uploadCsr>[0]): LayerGraph[] => [
  { matrix: uploadCsr(matrix), nValid: nObs },
];

function embed(params: Params, spec: EncoderSpec, graphs: LayerGraph[], cells: Int32Array, mode: Mode): tf.Tensor2D {
  const rows = new Float32Array(cells.length * width).fill(3); // what padding reads must not matter
  cells.forEach((cell, i) => {
    if (cell >= 0) rows.set(values.subarray(cell * width, (cell + 1) * width), i * width);
  });
  return encode(params, spec, graphs, { kind: "dense", x: tf.tensor2d(rows, [cells.length, width]) }, mode).embedding;
}

/** Of a sum over the cells in which each weighs by its id, so that no two may be exchanged. */
function gradients(params: Params, spec: EncoderSpec, graphs: LayerGraph[], cells: Int32Array) {
  const weights = Float32Array.from(cells, (cell) => (cell < 0 ? 0 : Math.sin(cell + 1)));
  const names = Object.keys(params.weights);
  const f = (...tensors: tf.Tensor[]) => {
    const own = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    const y = embed({ ...params, weights: own }, spec, graphs, cells, training);
    return tf.sum(tf.mul(tf.square(y), tf.tensor2d(weights.slice(0, y.shape[0]), [y.shape[0], 1])));
  };
  const { grads } = tf.valueAndGrads(f)(Object.values(params.weights));
  return Object.fromEntries(names.map((name, i) => [name, [...grads[i].dataSync()]]));
}

/** First weights with biases and running statistics other than zero and one. */
function learned(spec: EncoderSpec): Params {
  const { weights, buffers } = initEncoder(spec, createRng(3));
  const moved = (tensors: Params["weights"]) =>
    Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, tf.add(t, 0.1)]));
  return { weights: moved(weights), buffers: moved(buffers) };
}
