import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import type { Csr } from "../graph/csr";
import { gcnNormalized, meanNormalized, unweighted } from "../graph/normalize";
import { addSelfLoops } from "../graph/self-loops";
import type { SpatialGraph } from "../graph/spatial-graph";
import { uploadCsr } from "../kernels/device-csr";
import { HIDDEN, uploadRows } from "../kernels/expression";
import { columnMoments, layerTail } from "../kernels/layer-tail";
import { uploadAsWritten } from "../kernels/testing/as-written";
import { openCpu } from "../testing/open-cpu";
import { batchNorm } from "./batch-norm";
import type { Features } from "./features";
import { gatConv } from "./gat-conv";
import { gatv2Conv } from "./gatv2-conv";
import { gcnConv } from "./gcn-conv";
import golden from "./goldens/layers.json";
import { sageConv } from "./sage-conv";
import { fromTorchLayout, toTorchLayout, withPrefix } from "./tensors";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

// float32 sums of a few terms in another order
const TOLERANCE = 2e-6;

const { graph, expression } = inputs();
const upstream = () => tf.tensor2d(golden.r, [6, 4]);
/** The expression's rows, those of the given ids or all. */
const asFeatures = (ids = Int32Array.of(0, 1, 2, 3, 4, 5), fill: tf.Tensor2D | null = null): Features => {
  const x = uploadAsWritten(expression);
  return { kind: "expression", x, rows: uploadRows(x, ids), fill };
};
const denseFeatures = (x: tf.Tensor): Features => ({ kind: "dense", x: x as tf.Tensor2D });

describe("against torch_geometric, on six cells of which one is alone", () => {
  check("gcn", golden.gcn, (features, p) =>
    gcnConv(uploadCsr(gcnNormalized(graph)), features, { weight: p["lin.weight"], bias: p.bias } as never),
  );
  check("sage", golden.sage, (features, p) =>
    sageConv(uploadCsr(meanNormalized(graph)), features, {
      neighbourWeight: p["lin_l.weight"],
      rootWeight: p["lin_r.weight"],
      bias: p["lin_l.bias"],
    } as never),
  );
  check("gat", golden.gat, (features, p) =>
    gatConv(uploadCsr(unweighted(addSelfLoops(graph))), features, {
      weight: p["lin.weight"],
      attSource: p.att_src,
      attTarget: p.att_dst,
      bias: p.bias,
    } as never),
  );
  check("gatv2", golden.gatv2, (features, p) =>
    gatv2Conv(uploadCsr(unweighted(addSelfLoops(graph))), features, {
      sourceWeight: p["lin_l.weight"],
      sourceBias: p["lin_l.bias"],
      targetWeight: p["lin_r.weight"],
      targetBias: p["lin_r.bias"],
      attention: p.att,
      bias: p.bias,
    } as never),
  );
});

describe("a layer over the first rows of a graph", () => {
  const weights = (...shape: number[]) => tf.randomNormal(shape, 0, 1, "float32", shape.length) as never;
  const gat = () => ({ weight: weights(3, 4), attSource: weights(1, 2, 2), attTarget: weights(1, 2, 2), bias: null });
  const lin = () => ({ sourceWeight: weights(3, 4), sourceBias: null, targetWeight: weights(3, 4), targetBias: null });
  test.each([
    ["GAT", (on: Csr, f: Features) => gatConv(uploadCsr(on), f, gat())],
    [
      "GATv2",
      (on: Csr, f: Features) => gatv2Conv(uploadCsr(on), f, { ...lin(), attention: weights(1, 2, 2), bias: null }),
    ],
  ])("gives the %s's first rows over all", (_, layer) => {
    const all = unweighted(addSelfLoops(graph));
    const end = all.indptr[2];
    const rows = { indptr: all.indptr.slice(0, 3), indices: all.indices.slice(0, end), data: all.data.slice(0, end) };
    const features = denseFeatures(tf.tensor2d(golden.x, [6, 3]));
    close(layer({ nRows: 2, nCols: 6, ...rows }, features), layer(all, features).dataSync().slice(0, 8));
  });
});

describe("batch norm", () => {
  const { batch_norm: expected } = golden;
  const x = () => tf.tensor2d(golden.x, [6, 3]);
  const affine = () => ({ weight: tf.tensor1d(expected.weight), bias: tf.tensor1d(expected.bias) });

  test("normalises by the batch, and its gradient goes through the statistics, as torch.nn.BatchNorm1d", () => {
    const r = tf.slice2d(upstream(), [0, 0], [6, 3]);
    const f = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => {
      const params = { weights: { "norm.weight": weight, "norm.bias": bias }, buffers: {} };
      return layerTail(x as tf.Tensor2D, { norm: batchNorm(params, "norm", x as tf.Tensor2D, "training") });
    };
    const { value, grads } = tf.valueAndGrads(f)([x(), affine().weight, affine().bias], r);
    close(value, expected.y);
    close(grads[0], expected.dx);
    close(grads[1], expected.dweight);
    close(grads[2], expected.dbias);
  });

  test("evaluates with the running statistics of torch", () => {
    const { weight, bias } = affine();
    const weights = { "norm.weight": weight, "norm.bias": bias };
    const running = {
      running_mean: tf.tensor1d(expected.running_mean),
      running_var: tf.tensor1d(expected.running_var),
    };
    const params = { weights, buffers: withPrefix("norm", running) };
    close(layerTail(x(), { norm: batchNorm(params, "norm", x(), "evaluation") }), expected.evaluated);
  });

  test("keeps its digits when the values lie far from zero", () => {
    const far = tf.tensor2d([1000, 1001, 1002, 1003], [4, 1]);
    const { variance } = columnMoments(far);
    close(variance, [1.25]);
  });
});

test("a hidden row is a row of zeros, or of the fill", () => {
  const weight = tf.tensor2d(golden.gcn.parameters["lin.weight"].data, [3, 4]);
  const hidden = tf.tensor2d([1, 0, 0, 1, 0, 1], [6, 1]);
  const x = tf.tensor2d(golden.x, [6, 3]);
  for (const fill of [null, tf.tensor2d([0.5, -1, 2], [1, 3])]) {
    const features = asFeatures(Int32Array.of(HIDDEN, 1, 2, HIDDEN, 4, HIDDEN), fill);
    const shown = tf.add(tf.mul(x, tf.sub(1, hidden)), fill === null ? 0 : tf.mul(hidden, fill));
    const adjacency = uploadCsr(gcnNormalized(graph));
    const bias = tf.zeros([4]) as tf.Tensor1D;
    const expected = gcnConv(adjacency, denseFeatures(shown), { weight, bias });
    close(gcnConv(adjacency, features, { weight, bias }), expected.dataSync());
  }
});

test("the order of product and aggregation does not show: widening and narrowing layers agree with the formula", () => {
  const adjacency = uploadCsr(gcnNormalized(graph));
  const x = tf.tensor2d(golden.r, [6, 4]);
  for (const out of [2, 7]) {
    const weight = tf.randomNormal<tf.Rank.R2>([4, out], 0, 1, "float32", out);
    const bias = tf.ones([out]) as tf.Tensor1D;
    const dense = tf.tensor2d(toDense(gcnNormalized(graph)), [6, 6]);
    const expected = tf.add(tf.matMul(tf.matMul(dense, x), weight), bias);
    close(gcnConv(adjacency, denseFeatures(x), { weight, bias }), expected.dataSync(), 1e-5);
  }
});

test("the layout of PyTorch transposes matrices named weight and nothing else, there and back", () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  expect(toTorchLayout("convs.0.lin.weight", [2, 3], data)).toEqual({
    name: "convs.0.lin.weight",
    shape: [3, 2],
    data: Float32Array.of(1, 4, 2, 5, 3, 6),
  });
  expect(toTorchLayout("mask_token", [1, 6], data).data).toEqual(data);
  expect(fromTorchLayout(toTorchLayout("decoder.weight", [2, 3], data)).data).toEqual(data);
});

interface LayerGolden {
  readonly parameters: Record<string, { shape: number[]; data: number[] }>;
  readonly gradients: Record<string, { shape: number[]; data: number[] }>;
  readonly y: number[];
  readonly dx: number[];
}

/** Output and every gradient of a layer; dense input for the gradient of x, sparse for the path of expression. */
function check(
  name: string,
  expected: LayerGolden,
  layer: (features: Features, p: Record<string, tf.Tensor>) => tf.Tensor,
): void {
  test.each(["dense", "expression"] as const)(`${name} on %s features`, (kind) => {
    const names = Object.keys(expected.parameters);
    const values = names.map((n) => {
      const { shape, data } = expected.parameters[n];
      const own = fromTorchLayout({ name: n, shape, data: Float32Array.from(data) });
      return tf.tensor(own.data, [...own.shape]);
    });
    const features = (x: tf.Tensor): Features => (kind === "dense" ? denseFeatures(x) : asFeatures());
    const f = (x: tf.Tensor, ...p: tf.Tensor[]) => {
      const y = layer(features(x), Object.fromEntries(names.map((n, i) => [n, p[i]])));
      return kind === "dense" ? y : tf.add(y, tf.mul(tf.sum(x), 0)); // x must take part for tf.valueAndGrads
    };
    const { value, grads } = tf.valueAndGrads(f)([tf.tensor2d(golden.x, [6, 3]), ...values], upstream());
    close(value, expected.y);
    if (kind === "dense") close(grads[0], expected.dx);
    names.forEach((n, i) => {
      const gradient = grads[i + 1];
      const { shape, data } = toTorchLayout(n, gradient.shape, gradient.dataSync() as Float32Array);
      expect(shape).toEqual(expected.gradients[n].shape);
      close(tf.tensor(data), expected.gradients[n].data);
    });
  });
}

function close(actual: tf.Tensor, expected: ArrayLike<number>, tolerance = TOLERANCE): void {
  const values = actual.dataSync();
  expect(values.length).toBe(expected.length);
  for (let i = 0; i < values.length; i++) {
    const bound = tolerance * Math.max(1, Math.abs(expected[i]));
    expect(Math.abs(values[i] - expected[i]), `at ${i}: ${values[i]} and ${expected[i]}`).toBeLessThan(bound);
  }
}

function inputs(): { graph: SpatialGraph; expression: Csr } {
  const edges = golden.neighbours.flat();
  const indptr = new Uint32Array(7);
  golden.neighbours.forEach((row, i) => {
    indptr[i + 1] = indptr[i] + row.length;
  });
  const graph = { nNodes: 6, indptr, indices: Uint32Array.from(edges), distances: new Float32Array(edges.length) };
  const entries = golden.x.map((v, at) => ({ v, at })).filter(({ v }) => v !== 0);
  const rows = new Uint32Array(7);
  for (const { at } of entries) rows[Math.floor(at / 3) + 1]++;
  for (let i = 0; i < 6; i++) rows[i + 1] += rows[i];
  const expression = {
    nRows: 6,
    nCols: 3,
    indptr: rows,
    indices: Uint32Array.from(entries, ({ at }) => at % 3),
    data: Float32Array.from(entries, ({ v }) => v),
  };
  return { graph, expression };
}

function toDense({ nRows, nCols, indptr, indices, data }: Csr): Float32Array {
  const out = new Float32Array(nRows * nCols);
  for (let i = 0; i < nRows; i++)
    for (let e = indptr[i]; e < indptr[i + 1]; e++) out[i * nCols + indices[e]] += data[e];
  return out;
}
