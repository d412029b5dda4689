import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../backend/backend";
import { gcnNormalized } from "../../graph/normalize";
import { createSubGraphs } from "../../graph/sub-graphs";
import { HIDDEN } from "../../kernels/expression";
import type { EncoderSpec } from "../../nn/encoder-spec";
import { initEncoder } from "../../nn/init-encoder";
import { withPrefix } from "../../nn/tensors";
import { fitNormalization } from "../../preprocess/normalize";
import { createRng } from "../../random";
import { openCpu } from "../../testing/open-cpu";
import { smallTissue } from "../../testing/small-tissue";
import { convolutionMatrix } from "../../train/convolution-matrix";
import { type GraphBatch, uploadBatch, uploadSubGraph } from "../graph-batch";
import { drawTwoViews, drawView, encodeView, plainView } from "../two-views";
import { twoViewsDefaults } from "../two-views-config";
import { maskCells } from "./cell-mask";
import { edgeDrop } from "./edge-drop";
import { neighbourSample } from "./neighbour-sample";
import { type Thinning, thinGraph } from "./thin-graph";

let backend: Backend;
let batch: GraphBatch;
const tissue = smallTissue({ side: 15 });
const { nObs, nVars } = tissue.slice;
const matrix = gcnNormalized(tissue.graph);
beforeAll(async () => {
  backend = await openCpu();
  const recipe = { targetSum: "median", log1p: true, scale: false, center: false } as const;
  batch = uploadBatch(tissue.slice, fitNormalization(tissue.slice, recipe), matrix);
});
afterAll(() => {
  batch.dispose();
  backend.dispose();
});

const nothing = { ...twoViewsDefaults, geneDropout: 0, noise: 0, edgeDrop: 0 };
const encoder: EncoderSpec = {
  ...{ backbone: "gcn", nVars, layers: 2, hidden: 6, heads: 1, batchNorm: true },
  ...{ dropout: 0, attentionDropout: 0, skip: true },
};
const params = () => {
  const { weights, buffers } = initEncoder(encoder, createRng(1));
  return { weights: withPrefix("encoder", weights), buffers: withPrefix("encoder", buffers) };
};

/** Edges by "row column" with their weights. */
const thinned = (...thin: Thinning[]): Map<string, number> =>
  tf.tidy(() => {
    const [{ csr }] = thinGraph(batch.graphs, batch.cells, thin);
    const edges = new Map<string, number>();
    for (let i = 0; i < nObs; i++)
      for (let e = csr.indptr[i]; e < csr.indptr[i + 1]; e++) edges.set(`${i} ${csr.indices[e]}`, csr.data[e]);
    return edges as never;
  }) as unknown as Map<string, number>;
const reversed = (edge: string) => edge.split(" ").reverse().join(" ");
const isOwn = (edge: string) => edge === reversed(edge);

describe("dropping edges", () => {
  test("loses about the asked share, both directions together, and never the cell itself", () => {
    const edges = thinned(edgeDrop(0.3, 5));
    const all = thinned(edgeDrop(0, 5));
    expect(all.size).toBe(matrix.indices.length);
    for (const edge of edges.keys()) expect(edges.has(reversed(edge))).toBe(true);
    const own = [...edges.keys()].filter(isOwn).length;
    expect(own).toBe(nObs);
    const nEdges = (all.size - nObs) / 2;
    const share = (edges.size - nObs) / 2 / nEdges;
    expect(Math.abs(share - 0.7)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / nEdges));
    expect(thinned(edgeDrop(0.3, 6))).not.toEqual(edges);
    expect(thinned(edgeDrop(0.3, 5))).toEqual(edges);
  });

  test("scales what is left, so that a row of equal weights keeps its sum", () => {
    const before = thinned(edgeDrop(0, 1));
    const after = thinned(edgeDrop(0.4, 1));
    const rowOf = (edges: Map<string, number>, row: number) =>
      [...edges].filter(([edge]) => edge.startsWith(`${row} `) && !isOwn(edge)).map(([, weight]) => weight);
    let compared = 0;
    for (let row = 0; row < nObs; row++) {
      const [full, left] = [rowOf(before, row), rowOf(after, row)];
      if (left.length === 0 || Math.max(...full) - Math.min(...full) > 1e-7) continue;
      const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
      expect(sum(left)).toBeCloseTo(sum(full), 5);
      compared++;
    }
    expect(compared).toBeGreaterThan(50);
  });

  test("an edge is lost in a sub-graph where it is lost in the whole", () => {
    const whole = thinned(edgeDrop(0.3, 9));
    const view = { kind: "ego", hops: 2, batchSize: 30 } as const;
    const part = uploadSubGraph(
      batch,
      createSubGraphs(convolutionMatrix(tissue.graph, "gcn"), { view, layers: 2, seed: 1 }).cut(0, 0),
    );
    tf.tidy(() => {
      for (const { csr, nValid } of thinGraph(part.graphs, part.cells, [edgeDrop(0.3, 9)]))
        for (let i = 0; i < nValid; i++)
          for (let e = csr.indptr[i]; e < csr.indptr[i + 1]; e++)
            expect(whole.get(`${part.cells[i]} ${part.cells[csr.indices[e]]}`)).toBeCloseTo(csr.data[e], 6);
    });
    part.dispose();
  });
});

test("resampled neighbours are at most as many as asked, and each as likely as another", () => {
  const chosen = new Map<string, number>();
  for (let seed = 0; seed < 300; seed++)
    for (const edge of thinned(neighbourSample(2, seed)).keys()) chosen.set(edge, (chosen.get(edge) ?? 0) + 1);
  const middle = 7 * 15 + 7;
  const counts = [...chosen].filter(([edge]) => edge.startsWith(`${middle} `) && !isOwn(edge)).map(([, n]) => n);
  expect(counts.length).toBe(4);
  expect(counts.reduce((a, b) => a + b)).toBe(2 * 300);
  for (const n of counts) expect(Math.abs(n - 150)).toBeLessThan(5 * Math.sqrt(300 / 4));
});

test("a cell that stands twice in a batch is masked in both places or in none", () => {
  const cells = Int32Array.from({ length: 400 }, (_, i) => (i < 390 ? i % 195 : -2));
  const masked = maskCells(cells, 0.4, 3);
  for (let i = 0; i < 195; i++) expect(masked[i] === HIDDEN).toBe(masked[i + 195] === HIDDEN);
  const share = masked.filter((cell) => cell === HIDDEN).length / 390;
  expect(Math.abs(share - 0.4)).toBeLessThan(5 * Math.sqrt(0.24 / 195));
  expect([...masked.subarray(390)]).toEqual(Array(10).fill(-2));
  expect(maskCells(cells, 0, 3)).toBe(cells);
});

describe("a view", () => {
  const embed = (config: typeof nothing, seed: number, part = batch) => [
    ...tf
      .tidy(() => {
        const view = drawView(part, config, createRng(seed));
        return encodeView(params(), view, encoder, { kind: "evaluation" }).embedding.clone();
      })
      .dataSync(),
  ];

  test("that changes nothing is the batch itself", () => {
    const plain = tf.tidy(() => encodeView(params(), plainView(batch), encoder, { kind: "evaluation" }).embedding);
    expect(embed(nothing, 1)).toEqual([...plain.dataSync()]);
  });

  test.each([
    { geneDropout: 0.3 },
    { geneDropout: 0.3, perGene: true },
    { noise: 0.3 },
    { countNoise: 1 },
    { cellMask: 0.3 },
    { edgeDrop: 0.3 },
    { neighbours: 2 },
  ])("differs from the batch and from the next draw with %o, and repeats with its seed", (setting) => {
    const config = { ...nothing, ...setting };
    expect(embed(config, 1)).not.toEqual(embed(nothing, 1));
    expect(embed(config, 1)).not.toEqual(embed(config, 2));
    expect(embed(config, 1)).toEqual(embed(config, 1));
  });

  test("on padded graphs has as many targets as the batch, and leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const views = drawTwoViews(batch, { ...nothing, edgeDrop: 0.2 }, createRng(1));
      const shapes = views.map(
        (view) => encodeView(params(), view, encoder, { kind: "training", seed: 1 }).embedding.shape,
      );
      expect(shapes).toEqual([
        [nObs, 6],
        [nObs, 6],
      ]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});
