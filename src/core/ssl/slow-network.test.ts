import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { gcnNormalized } from "../graph/normalize";
import type { EncoderSpec } from "../nn/encoder-spec";
import { type Params, underPrefix } from "../nn/tensors";
import { fitNormalization } from "../preprocess/normalize";
import { createRng } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { byol } from "./byol";
import { type GraphBatch, uploadBatch } from "./graph-batch";
import { enqueue, randomQueue } from "./key-queue";
import { moco } from "./moco";

let backend: Backend;
let batch: GraphBatch;
const tissue = smallTissue({ side: 6, nVars: 10 });
beforeAll(async () => {
  backend = await openCpu();
  const recipe = { targetSum: "median", log1p: true, scale: false, center: false } as const;
  batch = uploadBatch(tissue.slice, fitNormalization(tissue.slice, recipe), gcnNormalized(tissue.graph));
});
afterAll(() => {
  batch.dispose();
  backend.dispose();
});

const encoder: EncoderSpec = {
  ...{ backbone: "gcn", nVars: 10, layers: 2, hidden: 6, heads: 1, batchNorm: true },
  ...{ dropout: 0.2, attentionDropout: 0, skip: false },
};
const numbers = (t: tf.Tensor) => [...t.dataSync()];

test("BYOL's slow network begins as the fast one, and follows it by one part in a hundred", () => {
  tf.tidy(() => {
    const setting = { encoder, config: byol.defaults };
    const params = byol.init(setting, batch, createRng(1));
    const slow = underPrefix("target", params.buffers);
    expect(Object.keys(slow).sort()).toEqual(
      Object.keys(params.weights)
        .filter((n) => !n.startsWith("predictor"))
        .sort(),
    );
    for (const [name, t] of Object.entries(slow)) expect(numbers(t)).toEqual(numbers(params.weights[name]));

    const moved = {
      ...params,
      weights: Object.fromEntries(Object.entries(params.weights).map(([n, t]) => [n, tf.add(t, 1)])),
    };
    const views = byol.augment(batch, setting.config, createRng(2));
    const outputs = byol.forward(moved, views, setting, { kind: "training", seed: 1 });
    const after = underPrefix("target", byol.update(moved, outputs, setting.config, 0));
    for (const [name, t] of Object.entries(slow))
      numbers(after[name]).forEach((v, k) => {
        expect(v).toBeCloseTo(numbers(t)[k] + 0.01, 5);
      });
  });
});

test("what the slow network makes of a view does not hang on dropout", () => {
  tf.tidy(() => {
    const setting = { encoder, config: byol.defaults };
    const params = byol.init(setting, batch, createRng(1));
    const views = byol.augment(batch, setting.config, createRng(2));
    const run = (seed: number) => byol.forward(params, views, setting, { kind: "training", seed });
    expect(numbers(run(1).targets[0])).toEqual(numbers(run(2).targets[0]));
    expect(numbers(run(1).predictions[0])).not.toEqual(numbers(run(2).predictions[0]));
  });
});

describe("a queue", () => {
  const row = (v: number) => [v, v];
  test("takes new rows in front and loses as many old ones", () => {
    tf.tidy(() => {
      const queue = tf.tensor2d([1, 2, 3, 4].map(row));
      expect(enqueue(queue, tf.tensor2d([8, 9].map(row))).arraySync()).toEqual([8, 9, 1, 2].map(row));
      expect(enqueue(queue, tf.tensor2d([5, 6, 7, 8].map(row))).arraySync()).toEqual([5, 6, 7, 8].map(row));
    });
  });

  test("takes rows at even distances from a batch that is larger", () => {
    tf.tidy(() => {
      const rows = tf.tensor2d(Array.from({ length: 10 }, (_, i) => row(i)));
      expect(enqueue(tf.zeros([4, 2]), rows).arraySync()).toEqual([0, 2, 5, 7].map(row));
    });
  });

  test("begins with directions of length 1", () => {
    const lengths = tf.tidy(() => numbers(tf.sum(tf.square(randomQueue(20, 5, createRng(1))), 1)));
    for (const length of lengths) expect(length).toBeCloseTo(1, 5);
  });

  test("of MoCo holds the keys of the last step, of length 1", () => {
    tf.tidy(() => {
      const setting = { encoder, config: { ...moco.defaults, queue: 50, projection: 4 } };
      const params: Params = moco.init(setting, batch, createRng(1));
      const views = moco.augment(batch, setting.config, createRng(2));
      const outputs = moco.forward(params, views, setting, { kind: "training", seed: 1 });
      const { queue } = moco.update(params, outputs, setting.config, 0);
      const [held, keys] = [queue.arraySync() as number[][], outputs.keys.arraySync()];
      keys.forEach((key, i) => {
        const length = Math.hypot(...key);
        key.forEach((v, c) => {
          expect(held[i][c]).toBeCloseTo(v / length, 5);
        });
      });
      const before = params.buffers.queue.arraySync() as number[][];
      expect(held.slice(36)).toEqual(before.slice(0, 14));
    });
  });
});
