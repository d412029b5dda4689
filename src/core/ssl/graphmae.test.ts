import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { gcnNormalized } from "../graph/normalize";
import { createSubGraphs } from "../graph/sub-graphs";
import { HIDDEN } from "../kernels/expression";
import type { EncoderSpec } from "../nn/encoder-spec";
import { fitNormalization } from "../preprocess/normalize";
import { createRng } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { dgi } from "./dgi";
import { uploadBatch, uploadSubGraph } from "./graph-batch";
import { graphmae } from "./graphmae";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const tissue = smallTissue({ side: 8, nVars: 9 });
const { nObs } = tissue.slice;
const matrix = gcnNormalized(tissue.graph);
const recipe = { targetSum: "median", log1p: true, scale: false, center: false } as const;
const batchOf = (data = tissue.slice.X.data) => {
  const slice = { ...tissue.slice, X: { ...tissue.slice.X, data } };
  return uploadBatch(slice, fitNormalization(tissue.slice, recipe), matrix);
};
const encoder: EncoderSpec = {
  ...{ backbone: "gcn", nVars: 9, layers: 2, hidden: 6, heads: 1, batchNorm: true },
  ...{ dropout: 0, attentionDropout: 0, skip: false },
};
const setting = { encoder, config: { maskRatio: 0.4, replaceRate: 0, gamma: 2 } };
const numbers = (t: tf.Tensor) => [...t.dataSync()];

test("GraphMAE rebuilds a cell without seeing it or any other hidden one", () => {
  tf.tidy(() => {
    const batch = batchOf();
    const params = graphmae.init(setting, batch, createRng(1));
    const run = (own: typeof batch) => {
      const views = graphmae.augment(own, setting.config, createRng(2));
      const { errors } = graphmae.forward(params, views, setting, { kind: "evaluation" });
      return { errors: numbers(errors), hidden: [...views.hidden.targets.rows.ids] };
    };
    const { errors, hidden } = run(batch);
    const changed = tissue.slice.X.data.slice();
    const { indptr } = tissue.slice.X;
    for (let e = indptr[hidden[0]]; e < indptr[hidden[0] + 1]; e++) changed[e] = e % 2 ? 9 : 1;
    const after = run(batchOf(changed)).errors;
    expect(after.slice(1)).toEqual(errors.slice(1));
    expect(after[0]).not.toBeCloseTo(errors[0], 4);
  });
});

test("GraphMAE shows another cell in place of about the asked share of hidden ones, and rebuilds those too", () => {
  tf.tidy(() => {
    const batch = batchOf();
    let [shown, hidden] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const views = graphmae.augment(batch, { ...setting.config, replaceRate: 0.3 }, createRng(seed));
      const targets = numbers(views.hidden.index);
      hidden += targets.length;
      shown += targets.filter((row) => views.seen.ids[row] !== HIDDEN).length;
      expect(numbers(views.open).filter((v) => v === 0).length).toBe(targets.length);
    }
    expect(Math.abs(shown / hidden - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / hidden));
  });
});

test("on a sub-graph of enough hops a hidden cell has the error that it has in the full graph", () => {
  const [batch, view] = [batchOf(), { kind: "ego", hops: 3, batchSize: 1 } as const];
  const part = uploadSubGraph(batch, createSubGraphs(matrix, { view, layers: 3, seed: 1 }).cut(0, 0));
  tf.tidy(() => {
    const params = graphmae.init(setting, batch, createRng(1));
    const none = { ...setting, config: { ...setting.config, maskRatio: 1e-3 } }; // the one target, and no other cell
    const errorOf = (own: typeof batch, rng: () => number) => {
      const views = graphmae.augment(own, none.config, rng);
      const { errors } = graphmae.forward(params, views, none, { kind: "evaluation" });
      return { cells: [...views.hidden.targets.rows.ids], errors: numbers(errors) };
    };
    const ofPart = errorOf(part, createRng(2));
    expect(ofPart.cells).toEqual([part.cells[0]]);
    // chance that lets the full graph draw the same cell
    const ofWhole = errorOf(batch, () => (part.cells[0] + 0.5) / nObs);
    expect(ofWhole.cells).toEqual(ofPart.cells);
    expect(ofWhole.errors[0]).toBeCloseTo(ofPart.errors[0], 5);
  });
  for (const own of [part, batch]) own.dispose();
});

test("DGI's corruption puts every cell's expression at a place drawn anew", () => {
  tf.tidy(() => {
    const batch = batchOf();
    const draw = (seed: number) => [...dgi.augment(batch, {}, createRng(seed)).corrupted.rows.ids];
    expect([...draw(1)].sort((a, b) => a - b)).toEqual([...batch.cells]);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1).filter((cell, row) => cell === row).length).toBeLessThan(nObs / 8);
  });
});
