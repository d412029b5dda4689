import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { createSubGraphs } from "../graph/sub-graphs";
import { backbones, type EncoderSpec } from "../nn/encoder-spec";
import type { Params } from "../nn/tensors";
import { fitNormalization } from "../preprocess/normalize";
import { createRng, type Rng } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { convolutionMatrix } from "../train/convolution-matrix";
import { defaultRecipe } from "../train/recipe";
import { type GraphBatch, uploadBatch, uploadSubGraph } from "./graph-batch";
import { mae } from "./mae";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const { slice, graph } = smallTissue({ side: 9 }); // 81 cells, which are padded to 96
const { nObs, nVars } = slice;
const normalization = fitNormalization(slice, defaultRecipe().preprocess);
const config = { ...mae.defaults, maskRatio: 0.3 };
const hiddenCells = Array.from({ length: nObs }, (_, i) => i).filter((i) => i % 10 < 3); // 25, nearly the share that is asked

describe.each(backbones)("one batch of all cells (%s)", (backbone) => {
  test.each([1, 2, 3])("has the full graph's loss, gradients and statistics through %i layers", (layers) => {
    const encoder: EncoderSpec = {
      ...{ layers, hidden: 8, heads: 2, batchNorm: true, dropout: 0, attentionDropout: 0, skip: true },
      ...{ backbone, nVars },
    };
    const setting = { encoder, config: { ...config, maskRatio: hiddenCells.length / nObs } };
    const matrix = convolutionMatrix(graph, backbone);
    const full = uploadBatch(slice, normalization, matrix);
    const view = { kind: "ego", hops: 3, batchSize: nObs } as const;
    const part = uploadSubGraph(full, createSubGraphs(matrix, { view, layers, seed: 1 }).cut(0, 0));
    expect(part.cells).not.toEqual(full.cells);
    tf.tidy(() => {
      const params = mae.init(setting, full, createRng(2));
      const expected = step(params, full, setting);
      const got = step(params, part, setting);
      expect(Math.abs(got.loss / expected.loss - 1)).toBeLessThan(1e-5);
      for (const [name, values] of Object.entries(expected.arrays)) {
        const largest = Math.max(...values.map(Math.abs), 1e-3);
        values.forEach((value, k) => {
          expect(Math.abs(got.arrays[name][k] - value) / largest, name).toBeLessThan(1e-4);
        });
      }
    });
    for (const batch of [part, full]) batch.dispose();
  });
});

test("a batch hides the asked share of its targets and of the cells around them, and rebuilds targets alone", () => {
  const matrix = convolutionMatrix(graph, "gcn");
  const full = uploadBatch(slice, normalization, matrix);
  const view = { kind: "ego", hops: 2, batchSize: 20 } as const;
  const part = uploadSubGraph(full, createSubGraphs(matrix, { view, layers: 2, seed: 1 }).cut(0, 0));
  tf.tidy(() => {
    const { seen, whole: hidden } = mae.augment(part, config, createRng(4));
    const hiddenRows = [...seen.ids.subarray(0, part.nObs)].flatMap((id, row) => (id === -1 ? [row] : []));
    const targets = [...hidden!.index.dataSync()];
    expect(targets).toEqual(hiddenRows.filter((row) => row < part.nTargets));
    expect(targets.length).toBe(6);
    expect(hiddenRows.length - 6).toBe(Math.round(0.3 * (part.nObs - 20)));
  });
  for (const batch of [part, full]) batch.dispose();
});

/** Loss, gradients and new running statistics with exactly `hiddenCells` hidden. */
function step(params: Params, batch: GraphBatch, setting: Parameters<typeof mae.forward>[2]) {
  const rows = hiddenCells.map((cell) => batch.cells.indexOf(cell));
  const views = mae.augment(batch, setting.config, drawing(rows, batch.nTargets));
  const names = Object.keys(params.weights);
  let buffers: Params["buffers"] = {};
  const f = (...tensors: tf.Tensor[]) => {
    const weights = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    const outputs = mae.forward({ ...params, weights }, views, setting, { kind: "training", seed: 0 });
    buffers = mae.update(params, outputs, setting.config, 0);
    for (const t of Object.values(buffers)) tf.keep(t);
    return mae.loss(outputs, setting.config);
  };
  const { value, grads } = tf.valueAndGrads(f)(Object.values(params.weights));
  const arrays = [...names.map((name, i) => [name, grads[i]] as const), ...Object.entries(buffers)];
  const read = Object.fromEntries(arrays.map(([name, t]) => [name, [...t.dataSync()]]));
  for (const t of Object.values(buffers)) t.dispose();
  return { loss: value.dataSync()[0], arrays: read };
}

/** Chance that lets Durstenfeld's shuffle of n rows begin with exactly these. */
function drawing(rows: readonly number[], n: number): Rng {
  const order = Array.from({ length: n }, (_, i) => i);
  let i = 0;
  return () => {
    const at = order.indexOf(rows[i], i);
    [order[i], order[at]] = [order[at], order[i]];
    const draw = (at - i + 0.5) / (n - i);
    i++;
    return draw;
  };
}
