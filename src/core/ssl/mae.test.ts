import type * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { gcnNormalized } from "../graph/normalize";
import { HIDDEN } from "../kernels/expression";
import type { EncoderSpec } from "../nn/encoder-spec";
import { fitNormalization, normalizeExpression } from "../preprocess/normalize";
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
const recipe = { targetSum: "median", log1p: true, scale: true } as const;
const { x } = normalizeExpression(tissue.slice, recipe);
/** Of the tissue, or of the tissue with other counts; centred or not. */
const batchOf = (center: boolean, data = tissue.slice.X.data) => {
  const { nObs, nVars, X } = tissue.slice;
  const normalization = fitNormalization(tissue.slice, { ...recipe, center });
  return uploadBatch({ nObs, nVars, X: { ...X, data } }, normalization, gcnNormalized(tissue.graph));
};
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

describe.each([
  ["zero", false],
  ["token", false],
  ["zero", true],
  ["token", true],
] as const)("masked expression, hidden rows as %s, centred %s", (maskFill, center) => {
  const setting = { encoder, config: { ...mae.defaults, maskRatio: 0.3, maskFill } satisfies MaeConfig };

  test("hides the asked share of cells, other ones at each step", () => {
    const batch = batchOf(center);
    const draw = (step: number) => mae.augment(batch, setting.config, deriveRng(0, step));
    const first = draw(1);
    const cells = (views: ReturnType<typeof draw>) => [...views.whole!.targets.rows.ids];
    expect(cells(first).length).toBe(Math.round(0.3 * 49));
    expect(new Set(cells(first)).size).toBe(cells(first).length);
    // the encoder sees every cell but those
    first.seen.ids.forEach((cell, row) => {
      expect(cell).toBe(cells(first).includes(row) ? HIDDEN : row);
    });
    expect(cells(draw(2))).not.toEqual(cells(first));
    expect(cells(draw(1))).toEqual(cells(first));
  });

  test("does not look at hidden cells: their expression changes the target, never what is rebuilt", () => {
    const params = mae.init(setting, batchOf(center), createRng(1));
    const cell = 24;
    const counts = tissue.slice.X.data;
    const other = counts.map((v, e) => (e >= x.indptr[cell] && e < x.indptr[cell + 1] ? 9 : v));
    const rebuild = (data: typeof counts) =>
      numbers(mae.rebuild?.(params, batchOf(center, data), setting, cell) as tf.Tensor);
    expect(rebuild(other)).toEqual(rebuild(counts));
    // while an open cell's expression does reach its neighbours
    const neighbour = (data: typeof counts) =>
      numbers(mae.rebuild?.(params, batchOf(center, data), setting, cell + 1) as tf.Tensor);
    expect(neighbour(other)).not.toEqual(neighbour(counts));
  });

  test("its loss is the mean squared error over hidden cells and all genes", () => {
    const batch = batchOf(center);
    const params = mae.init(setting, batch, createRng(2));
    const views = mae.augment(batch, setting.config, createRng(3));
    const outputs = mae.forward(params, views, setting, { kind: "evaluation" });
    const errors = numbers(outputs.errors as tf.Tensor);
    const mean = errors.reduce((a, b) => a + b) / (errors.length * 9);
    expect(errors.length).toBe(views.whole!.targets.rows.ids.length);
    expect(numbers(mae.loss(outputs, setting.config))[0]).toBeCloseTo(mean, 5);
  });

  test("the error of a hidden cell is the distance from what is rebuilt to what was measured", () => {
    const batch = batchOf(center);
    const params = mae.init(setting, batch, createRng(2));
    const views = mae.augment(batch, { ...setting.config, maskRatio: 1 / 49 }, createRng(5));
    const [cell] = views.whole!.targets.rows.ids;
    const measured = new Float32Array(9);
    for (let e = x.indptr[cell]; e < x.indptr[cell + 1]; e++) measured[x.indices[e]] = x.data[e];
    const rebuilt = numbers(mae.rebuild?.(params, batch, setting, cell) as tf.Tensor);
    const expected = rebuilt.reduce((sum, v, j) => sum + (v - measured[j]) ** 2, 0);
    const { errors } = mae.forward(params, views, setting, { kind: "evaluation" });
    expect(numbers(errors as tf.Tensor)[0]).toBeCloseTo(expected, 4);
  });
});

test.each([false, true])("the decoder starts at the mean expression, centred %s", (center) => {
  const batch = batchOf(center);
  const setting = { encoder, config: mae.defaults };
  const { weights } = mae.init(setting, batch, createRng(4));
  expect(numbers(weights["decoder.bias"])).toEqual(numbers(batch.geneMeans));
  expect(Math.max(...numbers(batch.geneMeans)) > 0).toBe(!center);
});
