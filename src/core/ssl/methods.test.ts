// The contract that every method of self-supervision keeps.
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { gcnNormalized } from "../graph/normalize";
import type { EncoderSpec } from "../nn/encoder-spec";
import { disposeAll, keepResult, type NamedTensors, type Params, tensorsIn } from "../nn/tensors";
import { fitNormalization } from "../preprocess/normalize";
import { deriveRng } from "../random";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { initAdamW } from "../train/adamw";
import { studyRecipe } from "../train/presets";
import { defaultRecipe, validateRecipe } from "../train/recipe";
import { trainStep } from "../train/train-step";
import { createTrainer, type Trainer } from "../train/trainer";
import { methodCatalog, methodIds, type SslMethodId } from "./catalog";
import { batchLabels, type GraphBatch, uploadBatch } from "./graph-batch";
import type { Setting } from "./method";
import { type MethodConfig, validateConfig } from "./method-info";
import { sslMethods } from "./methods";

let backend: Backend;
let batch: GraphBatch;
const tissue = smallTissue({ side: 8, nVars: 12 });
beforeAll(async () => {
  backend = await openCpu();
  const recipe = { targetSum: "median", log1p: true, scale: false } as const;
  batch = uploadBatch(tissue.slice, fitNormalization(tissue.slice, recipe), gcnNormalized(tissue.graph), {
    labels: batchLabels(tissue.domains, 3),
  });
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

/** For methods that learn one; others do not look at it. */
const label = { name: "domain", leaveOut: [] };
const optimizer = { learningRate: 1e-2, weightDecay: 1e-5 };

/** A queue that the first step fills: random directions are easier to tell apart than cells, so a loss rises until then. */
const changed: Partial<Record<SslMethodId, MethodConfig>> = { moco: { queue: 64, momentum: 0.9 } };

describe.each(Object.values(sslMethods))("the method $id", (method) => {
  const setting: Setting<object> = { encoder, config: { ...method.defaults, ...changed[method.id as SslMethodId] } };
  const start = () => keepResult(() => method.init(setting, batch, deriveRng(3, 0)));

  const gradientsOf = (params: Params, part = batch, seed = 1) => {
    const names = Object.keys(params.weights);
    const named = (tensors: tf.Tensor[]): NamedTensors =>
      Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    return keepResult(() => {
      const views = method.augment(part, setting.config, deriveRng(3, seed));
      let outputs: unknown;
      const { value, grads } = tf.valueAndGrads((...weights: tf.Tensor[]) => {
        const given = { ...params, weights: named(weights) };
        outputs = keepResult(() => method.forward(given, views, setting, { kind: "training", seed }));
        return method.loss(outputs, setting.config);
      })(Object.values(params.weights));
      const buffers = method.update(params, outputs, setting.config, 0);
      disposeAll(outputs);
      return { loss: value, gradients: named(grads), buffers };
    });
  };

  const run = (nSteps: number) => {
    let params = start();
    let state = keepResult(() => initAdamW(params.weights));
    const losses: number[] = [];
    const tensors: number[] = [];
    const recipe = defaultRecipe({ optimizer, seed: 3 });
    for (let step = 0; step < nSteps; step++) {
      const done = keepResult(() =>
        trainStep(method, setting, batch, { recipe, step, nBatches: 1, params, optimizer: state }),
      );
      losses.push(done.loss.dataSync()[0]);
      disposeAll([params, state, done.loss]);
      [params, state] = [done.params, done.optimizer];
      tensors.push(tf.memory().numTensors);
    }
    disposeAll([params, state]);
    return { losses, tensors };
  };

  test("gives every learned weight a gradient, and buffers none", () => {
    const params = start();
    const { gradients, ...rest } = gradientsOf(params);
    expect(Object.keys(gradients)).toEqual(Object.keys(params.weights));
    expect(Object.keys(rest.buffers).sort()).toEqual(Object.keys(params.buffers).sort());
    for (const [name, gradient] of Object.entries(gradients)) {
      expect(
        tf.tidy(() => tf.max(tf.abs(gradient)).dataSync()[0]),
        name,
      ).toBeGreaterThan(1e-6);
    }
    disposeAll([params, gradients, rest]);
  });

  test("lowers its loss", () => {
    const { losses } = run(60);
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    // without the first step, in which MoCo's queue holds random directions
    const [first, last] = [mean(losses.slice(1, 6)), mean(losses.slice(-5))];
    expect(last).toBeLessThan(first - 0.05 * Math.abs(first));
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

  test("goes on from a checkpoint bit for bit, on the full graph and on sub-graphs", async () => {
    const id = method.id as SslMethodId;
    for (const view of [{ kind: "full" }, { kind: "ego", hops: 2, batchSize: 21 }] as const) {
      const small = { layers: 2, hidden: 8, heads: 2, batchNorm: true, dropout: 0.1, attentionDropout: 0, skip: true };
      const recipe = defaultRecipe({ method: id, backbone: "sage", encoder: small, optimizer, view, label });
      const fresh = () => createTrainer({ ...tissue, recipe, backend }, quiet);
      const rest = async (trainer: Trainer) => {
        const losses: number[] = [];
        for (let i = 0; i < 4; i++) losses.push((await trainer.step()).loss);
        return { losses, embedding: await trainer.embed() };
      };
      const before = tf.memory().numTensors;
      const trainer = await fresh();
      for (let i = 0; i < 5; i++) await trainer.step();
      const checkpoint = await trainer.checkpoint();
      const other = await fresh();
      await other.restore(structuredClone(checkpoint));
      expect(await rest(other)).toEqual(await rest(trainer));
      for (const t of [trainer, other]) t.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
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

test("every method of the catalogue is there under its own name, and its defaults are within its own bounds", () => {
  expect(Object.keys(sslMethods)).toEqual(methodIds);
  for (const id of methodIds) {
    expect(sslMethods[id].id).toBe(id);
    const { defaults, study } = methodCatalog[id];
    expect(sslMethods[id].defaults).toEqual(defaults);
    for (const config of [defaults, study]) expect(validateConfig("config", methodCatalog[id], config)).toEqual(config);
    expect(validateRecipe(studyRecipe(id))).toEqual(studyRecipe(id));
  }
});
