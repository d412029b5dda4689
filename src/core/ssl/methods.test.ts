// The contract that every method of self-supervision keeps.
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { gcnNormalized } from "../graph/normalize";
import type { EncoderSpec } from "../nn/encoder-spec";
import { disposeAll, keepResult, type NamedTensors, type Params, tensorsIn } from "../nn/tensors";
import { fitNormalization } from "../preprocess/normalize";
import { deriveRng } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { type GraphBatch, uploadBatch } from "./graph-batch";
import type { AnySslMethod, Setting } from "./method";
import { sslMethods } from "./methods";

let backend: Backend;
let batch: GraphBatch;
const tissue = smallTissue({ side: 8, nVars: 12 });
beforeAll(async () => {
  backend = await openCpu();
  const recipe = { targetSum: "median", log1p: true, scale: false } as const;
  batch = uploadBatch(tissue.slice, fitNormalization(tissue.slice, recipe), gcnNormalized(tissue.graph));
});
afterAll(() => {
  batch.dispose();
  backend.dispose();
});

const encoder: EncoderSpec = {
  backbone: "gcn",
  nVars: 12,
  layers: 2,
  hidden: 8,
  heads: 1,
  batchNorm: true,
  dropout: 0.1,
  attentionDropout: 0,
  skip: true,
};

describe.each(Object.values(sslMethods) as AnySslMethod[])("the method $id", (method) => {
  const setting: Setting<object> = { encoder, config: method.defaults };
  const start = () => keepResult(() => method.init(setting, batch, deriveRng(3, 0)));

  /** One step of plain gradient descent. */
  const step = (params: Params, number: number) => {
    const names = Object.keys(params.weights);
    const named = (tensors: tf.Tensor[]): NamedTensors =>
      Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    return keepResult(() => {
      const views = method.augment(batch, setting.config, deriveRng(3, number));
      let outputs: unknown;
      const { value, grads } = tf.valueAndGrads((...weights: tf.Tensor[]) => {
        outputs = keepResult(() =>
          method.forward({ ...params, weights: named(weights) }, views, setting, { kind: "training", seed: number }),
        );
        return method.loss(outputs, setting.config);
      })(Object.values(params.weights));
      const gradients = named(grads);
      const weights = Object.fromEntries(
        names.map((name) => [name, tf.sub(params.weights[name], tf.mul(gradients[name], 0.3))]),
      );
      const buffers = method.update({ ...params, weights }, outputs, setting.config, number);
      disposeAll(outputs);
      return { loss: value, gradients, params: { weights, buffers } };
    });
  };

  const run = (nSteps: number) => {
    let params = start();
    const losses: number[] = [];
    const tensors: number[] = [];
    for (let i = 0; i < nSteps; i++) {
      const done = step(params, 1 + i);
      losses.push(done.loss.dataSync()[0]);
      disposeAll([params, done.loss, done.gradients]);
      params = done.params;
      tensors.push(tf.memory().numTensors);
    }
    disposeAll(params);
    return { losses, tensors };
  };

  test("gives every learned weight a gradient, and buffers none", () => {
    const params = start();
    const { gradients, ...rest } = step(params, 1);
    expect(Object.keys(gradients)).toEqual(Object.keys(params.weights));
    expect(Object.keys(rest.params.buffers)).toEqual(Object.keys(params.buffers));
    for (const [name, gradient] of Object.entries(gradients)) {
      expect(tf.max(tf.abs(gradient)).dataSync()[0], name).toBeGreaterThan(1e-7);
    }
    disposeAll([params, gradients, rest]);
  });

  test("lowers its loss", () => {
    const { losses } = run(60);
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(losses.slice(-5))).toBeLessThan(0.9 * mean(losses.slice(0, 5)));
  });

  test("takes the same course from the same seed, bit for bit", () => {
    expect(run(8).losses).toEqual(run(8).losses);
  });

  test("leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    const { tensors } = run(5);
    expect(new Set(tensors).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("shows each cell's loss: finite, and the same when asked again", () => {
    const params = start();
    const ask = () => [...tf.tidy(() => method.cellLosses(params, batch, setting, deriveRng(3, 9))).dataSync()];
    const losses = ask();
    expect(losses.length).toBe(batch.nObs);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(ask()).toEqual(losses);
    disposeAll(params);
  });

  test("embeds without chance and without change", () => {
    const params = start();
    const values = () => [...tf.tidy(() => method.embed(params, batch, setting).embedding).dataSync()];
    expect(values()).toEqual(values());
    expect(tensorsIn(params).every((t) => !t.isDisposed)).toBe(true);
    disposeAll(params);
  });
});
