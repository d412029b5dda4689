import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { createSubGraphs } from "../graph/sub-graphs";
import type { EncoderSpec } from "../nn/encoder-spec";
import { fitNormalization } from "../preprocess/normalize";
import { createRng } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { convolutionMatrix } from "../train/convolution-matrix";
import { methodIds, type SslMethodId } from "./catalog";
import { type GraphBatch, uploadBatch, uploadSubGraph } from "./graph-batch";
import { sslMethods } from "./methods";

let backend: Backend;
let full: GraphBatch;
const { slice, graph } = smallTissue({ side: 9 });
const matrix = convolutionMatrix(graph, "sage");
beforeAll(async () => {
  backend = await openCpu();
  const recipe = { targetSum: "median", log1p: true, scale: false, center: false } as const;
  full = uploadBatch(slice, fitNormalization(slice, recipe), matrix);
});
afterAll(() => {
  full.dispose();
  backend.dispose();
});

const encoder: EncoderSpec = {
  ...{ backbone: "sage", nVars: slice.nVars, layers: 2, hidden: 8, heads: 1, batchNorm: true },
  ...{ dropout: 0, attentionDropout: 0, skip: true },
};

const comparing = methodIds.filter((id) => "edgeDrop" in sslMethods[id].defaults);

test("all methods that compare views are looked at", () => {
  expect(comparing.length).toBe(9);
});

/** The loss with edges and cells dropped. */
function lossOf(id: SslMethodId, batch: GraphBatch): number {
  const method = sslMethods[id];
  const config = { ...method.defaults, cellMask: 0.1, edgeDrop: 0.2 };
  return tf.tidy(() => {
    const setting = { encoder, config };
    const params = method.init(setting, full, createRng(2));
    const views = method.augment(batch, config, createRng(3));
    const outputs = method.forward(params, views, setting, { kind: "training", seed: 1 });
    return method.loss(outputs, config).dataSync()[0];
  });
}

test.each(comparing)("%s has the full graph's loss on one batch of all cells, in whatever order they stand", (id) => {
  const view = { kind: "ego", hops: 2, batchSize: slice.nObs } as const;
  const part = uploadSubGraph(full, createSubGraphs(matrix, { view, layers: 2, seed: 1 }).cut(0, 0));
  expect(part.cells).not.toEqual(full.cells);
  const expected = lossOf(id, full);
  expect(Math.abs(lossOf(id, part) - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
  part.dispose();
});

test.each(comparing)("%s takes its loss of target cells alone", (id) => {
  const view = { kind: "ego", hops: 2, batchSize: 20 } as const;
  const part = uploadSubGraph(full, createSubGraphs(matrix, { view, layers: 2, seed: 1 }).cut(0, 0));
  const method = sslMethods[id];
  const setting = { encoder, config: method.defaults };
  tf.tidy(() => {
    const params = method.init(setting, full, createRng(2));
    const views = method.augment(part, setting.config, createRng(3));
    const outputs = method.forward(params, views, setting, { kind: "training", seed: 1 });
    const { queue: _, earlier: __, statistics: ___, ...own } = outputs as Record<string, tf.Tensor | tf.Tensor[]>;
    for (const tensor of Object.values(own).flat()) expect(tensor.shape[0]).toBe(20);
  });
  part.dispose();
});
