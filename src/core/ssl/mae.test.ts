import type * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import type { Csr } from "../graph/csr";
import { gcnNormalized } from "../graph/normalize";
import type { EncoderSpec } from "../nn/encoder-spec";
import { normalizeExpression } from "../preprocess/normalize";
import { createRng, deriveRng } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { uploadBatch } from "./graph-batch";
import { mae } from "./mae";
import type { MaeConfig } from "./mae-config";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const tissue = smallTissue({ side: 7, nVars: 9 });
const { x } = normalizeExpression(tissue.slice, { targetSum: "median", log1p: true, scale: false });
const batchOf = (expression: Csr) => uploadBatch(expression, gcnNormalized(tissue.graph));
const encoder: EncoderSpec = {
  backbone: "gcn",
  nVars: 9,
  layers: 2,
  hidden: 6,
  heads: 1,
  batchNorm: true,
  dropout: 0,
  attentionDropout: 0,
  skip: true,
};
const numbers = (t: tf.Tensor) => [...t.dataSync()];

describe.each(["zero", "token"] as const)("masked expression, hidden rows as %s", (maskFill) => {
  const setting = { encoder, config: { maskRatio: 0.3, maskFill } satisfies MaeConfig };

  test("hides the asked share of cells, other ones at each step", () => {
    const batch = batchOf(x);
    const draw = (step: number) => mae.augment(batch, setting.config, deriveRng(0, step));
    const first = draw(1);
    expect(first.nHidden).toBe(Math.round(0.3 * 49));
    expect(numbers(first.hidden).reduce((a, b) => a + b)).toBe(first.nHidden);
    expect(numbers(draw(2).hidden)).not.toEqual(numbers(first.hidden));
    expect(numbers(draw(1).hidden)).toEqual(numbers(first.hidden));
  });

  test("does not look at hidden cells: their expression changes the target, never what is rebuilt", () => {
    const params = mae.init(setting, batchOf(x), createRng(1));
    const cell = 24;
    const other: Csr = { ...x, data: x.data.map((v, e) => (e >= x.indptr[cell] && e < x.indptr[cell + 1] ? 9 : v)) };
    const rebuild = (data: Csr) => numbers(mae.rebuild?.(params, batchOf(data), setting, cell) as tf.Tensor);
    expect(rebuild(other)).toEqual(rebuild(x));
    // while an open cell's expression does reach its neighbours
    const neighbour = (data: Csr) => numbers(mae.rebuild?.(params, batchOf(data), setting, cell + 1) as tf.Tensor);
    expect(neighbour(other)).not.toEqual(neighbour(x));
  });

  test("its loss is the mean squared error over hidden cells and all genes", () => {
    const batch = batchOf(x);
    const params = mae.init(setting, batch, createRng(2));
    const views = mae.augment(batch, setting.config, createRng(3));
    const outputs = mae.forward(params, views, setting, { kind: "evaluation" });
    const hidden = numbers(views.hidden);
    const sum = numbers(outputs.errors).reduce((total, e, i) => total + e * hidden[i], 0);
    expect(numbers(mae.loss(outputs, setting.config))[0]).toBeCloseTo(sum / (views.nHidden * 9), 5);
  });

  test("the error of a hidden cell is the distance from what is rebuilt to what was measured", () => {
    const batch = batchOf(x);
    const params = mae.init(setting, batch, createRng(2));
    const views = mae.augment(batch, { ...setting.config, maskRatio: 1 / 49 }, createRng(5));
    const cell = numbers(views.hidden).indexOf(1);
    const measured = new Float32Array(9);
    for (let e = x.indptr[cell]; e < x.indptr[cell + 1]; e++) measured[x.indices[e]] = x.data[e];
    const rebuilt = numbers(mae.rebuild?.(params, batch, setting, cell) as tf.Tensor);
    const expected = rebuilt.reduce((sum, v, j) => sum + (v - measured[j]) ** 2, 0);
    const { errors } = mae.forward(params, views, setting, { kind: "evaluation" });
    expect(numbers(errors)[cell]).toBeCloseTo(expected, 4);
  });
});

test("the decoder starts at the mean expression", () => {
  const batch = batchOf(x);
  const setting = { encoder, config: mae.defaults };
  const { weights } = mae.init(setting, batch, createRng(4));
  expect(numbers(weights["decoder.bias"])).toEqual(numbers(batch.geneMeans));
});
