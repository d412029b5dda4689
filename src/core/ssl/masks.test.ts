import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { gcnNormalized } from "../graph/normalize";
import { hiddenEntries } from "../kernels/testing/hidden-entries";
import { encode } from "../nn/encoder";
import type { EncoderSpec } from "../nn/encoder-spec";
import { decode } from "../nn/linear-decoder-mse";
import { disposeAll, keepResult, underPrefix } from "../nn/tensors";
import { fitNormalization } from "../preprocess/normalize";
import { createRng, deriveRng } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { batchLabels, type GraphBatch, uploadBatch } from "./graph-batch";
import { mae } from "./mae";
import type { MaeConfig } from "./mae-config";
import type { maskKinds } from "./mask-kinds";
import { drawMask } from "./masks";

let backend: Backend;
let batch: GraphBatch;
const { slice, graph, domains } = smallTissue({ side: 10, nVars: 9 });
const normalization = fitNormalization(slice, { targetSum: "median", log1p: true, scale: true });
beforeAll(async () => {
  backend = await openCpu();
  batch = uploadBatch(slice, normalization, gcnNormalized(graph), { labels: batchLabels(domains, 3) });
});
afterAll(() => {
  batch.dispose();
  backend.dispose();
});

const rowsOf = (kind: (typeof maskKinds)[number], ratio: number, step = 1, of = batch) => {
  const { targets, others } = drawMask(of, kind, ratio, deriveRng(2, step));
  return [...targets, ...others].sort((a, b) => a - b);
};

describe("cells to hide", () => {
  test("by type are all cells of a type or none, as many types as the share asks for", () => {
    for (let step = 0; step < 5; step++) {
      const rows = new Set(rowsOf("types", 0.3, step));
      const shares = [0, 1, 2].map((type) => {
        const own = [...domains.keys()].filter((i) => domains[i] === type);
        return own.filter((i) => rows.has(i)).length / own.length;
      });
      expect(shares.every((share) => share === 0 || share === 1)).toBe(true);
      expect(rows.size).toBeGreaterThanOrEqual(30);
      expect(rows.size).toBeLessThan(100);
    }
    expect(rowsOf("types", 0.3, 1)).toEqual(rowsOf("types", 0.3, 1));
    const unlabelled = { ...batch, labels: null };
    expect(() => rowsOf("types", 0.3, 1, unlabelled)).toThrow("label");
  });

  test("by niche come with all neighbours of some of them", () => {
    const rows = new Set(rowsOf("niches", 0.2));
    const around = (i: number) => [...graph.indices.subarray(graph.indptr[i], graph.indptr[i + 1])];
    const seeds = [...rows].filter((i) => around(i).every((j) => rows.has(j)));
    expect(seeds.length).toBeGreaterThan(2);
    expect([...rows].every((i) => seeds.includes(i) || around(i).some((j) => seeds.includes(j)))).toBe(true);
    expect(rows.size).toBeGreaterThanOrEqual(20);
    expect(rows.size).toBeLessThan(26);
  });

  test("are some and not all, whatever the share and however few types there are", () => {
    const one = { ...batch, labels: batchLabels(new Int32Array(100), 1) };
    for (const ratio of [0.01, 0.5, 0.99])
      for (const kind of ["cells", "types", "niches"] as const) {
        const n = rowsOf(kind, ratio, 1, one).length;
        expect(n).toBeGreaterThan(0);
        expect(n).toBeLessThan(100);
      }
    expect(rowsOf("none", 0.5)).toEqual([]);
  });
});

const encoder: EncoderSpec = {
  ...{ backbone: "gcn", nVars: 9, layers: 2, hidden: 6, heads: 1 },
  ...{ batchNorm: false, dropout: 0, attentionDropout: 0, skip: true },
};
const configOf = (changes: Partial<MaeConfig>): MaeConfig => ({ ...mae.defaults, maskRatio: 0.2, ...changes });

/** The loss as its definition: what is hidden, or everything, against what is decoded, one entry after the other. */
function defined(config: MaeConfig, seed: number): { loss: number; expected: number } {
  const setting = { encoder, config };
  return tf.tidy(() => {
    const params = mae.init(setting, batch, createRng(3));
    const views = mae.augment(batch, config, createRng(seed));
    const loss = mae.loss(mae.forward(params, views, setting, { kind: "evaluation" }), config).dataSync()[0];
    const hiddenWhole = new Set([...views.seen.ids].flatMap((id, row) => (id < 0 ? [row] : [])));
    // the embedding of all cells under the same view, and everything decoded
    const everything = mae.augment(batch, { ...config, errorOn: "all" }, createRng(seed));
    expect([...everything.seen.ids]).toEqual([...views.seen.ids]);
    const codes = embeddingOf(params, everything, setting);
    const decoder = { weight: params.weights["decoder.weight"], bias: params.weights["decoder.bias"] } as never;
    const rebuilt = decode(codes, decoder).dataSync();
    const cells = Int32Array.from({ length: 100 }, (_, i) => i);
    const all = hiddenEntries(batch.x, cells, { seed: 0, geneDropout: { rate: 1 - 2 ** -32, per: "entry" } });
    const drawn = views.entries ? hiddenEntries(batch.x, cells, views.entries).hidden : new Float32Array(900);
    let [sum, n] = [0, 0];
    for (let k = 0; k < 900; k++) {
      if (config.errorOn === "hidden" && !hiddenWhole.has(Math.floor(k / 9)) && drawn[k] === 0) continue;
      sum += (rebuilt[k] - all.values[k]) ** 2;
      n++;
    }
    return { loss, expected: sum / n };
  });
}

function embeddingOf(
  params: ReturnType<typeof mae.init>,
  views: ReturnType<typeof mae.augment>,
  setting: Parameters<typeof mae.forward>[2],
): tf.Tensor2D {
  const own = { weights: underPrefix("encoder", params.weights), buffers: underPrefix("encoder", params.buffers) };
  const fill = (params.weights.mask_token as tf.Tensor2D | undefined) ?? null;
  const features = {
    kind: "expression",
    x: batch.x,
    rows: views.seen,
    fill,
    ...(views.entries ? { view: views.entries } : {}),
  } as const;
  return encode(own, setting.encoder, batch.graphs, features, { kind: "evaluation" }).embedding;
}

test.each([
  { mask: "cells", entryRatio: 0, errorOn: "hidden" },
  { mask: "cells", entryRatio: 0.3, errorOn: "hidden" },
  { mask: "none", entryRatio: 0.3, errorOn: "hidden" },
  { mask: "niches", entryRatio: 0.2, errorOn: "hidden" },
  { mask: "types", entryRatio: 0, errorOn: "hidden" },
  { mask: "cells", entryRatio: 0.3, errorOn: "all" },
  { mask: "none", entryRatio: 0.2, errorOn: "all" },
] as const)("the loss is the mean squared error over what is hidden, or over everything: %o", (changes) => {
  for (const seed of [1, 2]) {
    const { loss, expected } = defined(configOf(changes), seed);
    expect(loss).toBeCloseTo(expected, 4);
  }
});

test("nothing hidden is nothing to learn from, and is refused", () => {
  const config = configOf({ mask: "none" });
  expect(() => mae.augment(batch, config, createRng(1))).toThrow("hides nothing");
});

test("with entries hidden every weight gets the gradient of the whole network", () => {
  const config = configOf({ mask: "cells", entryRatio: 0.3 });
  const setting = { encoder, config };
  const before = tf.memory().numTensors;
  const params = keepResult(() => mae.init(setting, batch, createRng(3)));
  const lossAt = (name: string, values: Float32Array): number =>
    tf.tidy(() => {
      const changed = { ...params.weights, [name]: tf.tensor(values, params.weights[name].shape) };
      const views = mae.augment(batch, config, createRng(4));
      const outputs = mae.forward({ ...params, weights: changed }, views, setting, { kind: "evaluation" });
      return mae.loss(outputs, config).dataSync()[0];
    });
  const names = Object.keys(params.weights);
  const grads = keepResult(() => {
    const views = mae.augment(batch, config, createRng(4));
    const f = (...weights: tf.Tensor[]) => {
      const named = Object.fromEntries(names.map((n, i) => [n, weights[i]]));
      return mae.loss(mae.forward({ ...params, weights: named }, views, setting, { kind: "evaluation" }), config);
    };
    return tf.valueAndGrads(f)(Object.values(params.weights)).grads;
  });
  for (const [k, name] of names.entries()) {
    const values = params.weights[name].dataSync() as Float32Array;
    const gradient = grads[k].dataSync();
    for (const at of [0, Math.floor(values.length / 2), values.length - 1]) {
      const moved = (by: number) =>
        lossAt(
          name,
          Float32Array.from(values, (v, i) => (i === at ? v + by : v)),
        );
      const numeric = (moved(1e-2) - moved(-1e-2)) / 2e-2;
      expect(Math.abs(gradient[at] - numeric), `${name}[${at}]`).toBeLessThan(2e-3 + 0.02 * Math.abs(numeric));
    }
  }
  disposeAll([params, grads]);
  expect(tf.memory().numTensors).toBe(before);
});
