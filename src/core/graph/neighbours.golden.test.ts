import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fileSource } from "../../../cli/file-source";
import { openSlice } from "../io/open-slice";
import { hash32 } from "../random";
import { buildGraph } from "./build-graph";
import golden from "./goldens/neighbours.json";
import type { GraphRecipe, SpatialGraph } from "./spatial-graph";
import { graphStatistics } from "./statistics";

/** The same sums as in goldens/generate.py: equal only if the edge lists are. */
function checksum(graph: SpatialGraph, positions: Float32Array) {
  let sum = 0;
  let sum2 = 0;
  let length = 0;
  for (let i = 0; i < graph.nNodes; i++)
    for (let e = graph.indptr[i]; e < graph.indptr[i + 1]; e++) {
      sum = (sum + hash32(hash32(i) ^ graph.indices[e])) >>> 0;
      sum2 = (sum2 + hash32(hash32(i + 1) ^ graph.indices[e])) >>> 0;
      length += graph.distances[e];
    }
  const { components } = graphStatistics(graph, { positions, recipe: { kind: "radius", radiusMicrons: 1 } });
  return { edges: graph.indices.length, sum, sum2, length, components };
}

function randomPositions(seed: number, n: number, side: number): Float32Array {
  return Float32Array.from({ length: 2 * n }, (_, i) => (hash32(hash32(seed) ^ i) / 2 ** 32) * side);
}

type Expected = (typeof golden.random)[number]["knn"];

function expectSame(graph: SpatialGraph, positions: Float32Array, { length, ...edges }: Expected): void {
  const { length: ours, ...found } = checksum(graph, positions);
  expect(found).toEqual(edges);
  // ours are rounded to single precision one by one
  expect(Math.abs(ours - length) / length).toBeLessThan(1e-6);
}

describe("graphs are those of scikit-learn and SciPy, edge for edge", () => {
  for (const { name, nObs, seed, side, sections, k, radius, knn, within, delaunay } of golden.random)
    it(`on ${name}: ${nObs} cells in ${sections} sections`, () => {
      const positions = randomPositions(seed, nObs, side);
      const codes = Int8Array.from({ length: nObs }, (_, i) => i % sections);
      expectSame(buildGraph(positions, codes, { kind: "knn", k, symmetrize: "none" }).graph, positions, knn);
      expectSame(buildGraph(positions, codes, { kind: "radius", radiusMicrons: radius }).graph, positions, within);
      expectSame(buildGraph(positions, codes, { kind: "delaunay", maxEdgeMicrons: null }).graph, positions, delaunay);
    });
});

const DATA = "../shared/data";
const present = existsSync(DATA);
if (!present) console.warn(`SKIPPED: graphs of the real slices are not tested, ${DATA} is absent.`);

describe.skipIf(!present)("graphs of real slices are those of scikit-learn and SciPy, edge for edge", () => {
  for (const { name, k, radius, knn, within, delaunay } of golden.real)
    it(`on ${name}`, async () => {
      const { spatial, section } = await openSlice(fileSource(`${DATA}/${name}.h5ad`));
      const graphOf = (recipe: GraphRecipe) => buildGraph(spatial, section.codes, recipe).graph;
      expectSame(graphOf({ kind: "knn", k, symmetrize: "none" }), spatial, knn);
      expectSame(graphOf({ kind: "radius", radiusMicrons: radius }), spatial, within);
      expectSame(graphOf({ kind: "delaunay", maxEdgeMicrons: null }), spatial, delaunay);
    });
});
