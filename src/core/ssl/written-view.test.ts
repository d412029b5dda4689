import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { openForTest } from "../kernels/testing/backends";
import type { EncoderSpec } from "../nn/encoder-spec";
import { initEncoder } from "../nn/init-encoder";
import { disposeAll, keepResult, type NamedTensors, withPrefix } from "../nn/tensors";
import { networkInput } from "../preprocess/components";
import { createRng } from "../random";
import { smallTissue } from "../testing/small-tissue";
import { convolutionMatrix } from "../train/convolution-matrix";
import { type GraphBatch, uploadBatch } from "./graph-batch";
import { type BatchView, drawView, encodeView } from "./two-views";
import { twoViewsDefaults } from "./two-views-config";

const tissue = smallTissue({ side: 18, nVars: 40 });
let backend: Backend;
beforeAll(async () => {
  backend = (await openForTest("wasm")) as Backend;
});
afterAll(() => backend.dispose());

const batchOf = (backbone: EncoderSpec["backbone"]): GraphBatch => {
  const preprocess = { targetSum: "median", log1p: true, scale: true, center: true, components: 12 } as const;
  const { raw, normalization } = networkInput(tissue.slice, preprocess);
  return uploadBatch(raw, normalization, convolutionMatrix(tissue.graph, backbone));
};

test.each(["sage", "gcn", "gat"] as const)(
  "components that are written out once give %s the bits of those made in every product",
  (backbone) => {
    const batch = batchOf(backbone);
    const encoder: EncoderSpec = {
      ...{ backbone, nVars: batch.nVars, layers: 2, hidden: 16, heads: 4, batchNorm: true },
      ...{ dropout: 0.1, attentionDropout: 0, skip: false },
    };
    const { weights, buffers } = keepResult(() => initEncoder(encoder, createRng(1)));
    const own = withPrefix("encoder", weights);
    const result = (write: boolean): number[][] => {
      const made = tf.tidy(() => {
        const { written, ...without } = drawView(batch, twoViewsDefaults, createRng(2));
        expect(written?.shape).toEqual([without.rows.ids.length, 12]);
        const view: BatchView = write ? { ...without, ...(written && { written }) } : without;
        const mode = { kind: "training", seed: 3 } as const;
        const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
          const named: NamedTensors = Object.fromEntries(Object.keys(own).map((name, k) => [name, tensors[k]]));
          const params = { weights: named, buffers: withPrefix("encoder", buffers) };
          return tf.sum(tf.square(encodeView(params, view, encoder, mode).embedding));
        })(Object.values(own));
        return [value, ...grads] as tf.Tensor[];
      });
      const values = made.map((tensor) => [...tensor.dataSync()]);
      tf.dispose(made);
      return values;
    };
    const before = tf.memory().numTensors;
    expect(result(true)).toEqual(result(false));
    expect(tf.memory().numTensors).toBe(before);
    disposeAll([weights, buffers]);
    batch.dispose();
  },
);
