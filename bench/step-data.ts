import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildGraph } from "../src/core/graph/build-graph";
import type { GraphRecipe, SpatialGraph } from "../src/core/graph/spatial-graph";
import { createRng, integer } from "../src/core/random";
import type { Slice } from "../src/core/slice/slice";
import { packStrings } from "../src/core/slice/utf8-column";
import { quiet } from "../src/core/task";

/** What a step is measured on: a slice of random counts and its graph, in files that both sides read. */
export interface StepData {
  readonly nObs: number;
  readonly nVars: number;
  readonly graph: GraphRecipe;
}

/** Mean distance of cells as in the sections that the sizes are taken from: 22 neighbours within 40 µm. */
const SPACING_MICRONS = 15;

const FILES = {
  indptr: Uint32Array,
  indices: Uint16Array,
  counts: Uint8Array,
  edgePtr: Uint32Array,
  edges: Uint32Array,
};
type FileName = keyof typeof FILES;

/** Counts without structure, one in ten above zero: time depends on how many there are, not on what they say. */
export function writeStepData(folder: string, { nObs, nVars, graph: recipe }: StepData): void {
  const { X, spatial, section } = randomSlice(nObs, nVars);
  const { graph } = buildGraph(spatial, section.codes, recipe, quiet);
  const arrays = { ...X, counts: X.data, edgePtr: graph.indptr, edges: graph.indices };
  for (const file of Object.keys(FILES) as FileName[]) writeFileSync(join(folder, file), arrays[file]);
}

export function readStepData(folder: string, { nObs, nVars }: StepData): { slice: Slice; graph: SpatialGraph } {
  const read = (file: FileName) => new FILES[file](Uint8Array.from(readFileSync(join(folder, file))).buffer);
  const X = {
    indptr: read("indptr") as Uint32Array,
    indices: read("indices") as Uint16Array,
    data: read("counts") as Uint8Array,
  };
  const edges = read("edges") as Uint32Array;
  const graph: SpatialGraph = {
    nNodes: nObs,
    indptr: read("edgePtr") as Uint32Array,
    indices: edges,
    distances: new Float32Array(edges.length),
  };
  return { slice: sliceOf(nObs, nVars, X), graph };
}

/** @param density  share of the counts above zero, each from 1 to 5 */
export function randomSlice(nObs: number, nVars: number, density = 0.1): Slice {
  const rng = createRng(1);
  const indptr = new Uint32Array(nObs + 1);
  const indices = new Uint16Array(Math.ceil(1.1 * nObs * nVars * density) + 1000);
  let n = 0;
  for (let i = 0; i < nObs; i++) {
    for (let j = 0; j < nVars; j++) if (rng() < density) indices[n++] = j;
    indptr[i + 1] = n;
  }
  const data = Uint8Array.from({ length: n }, () => 1 + integer(rng, 5));
  return sliceOf(nObs, nVars, { indptr, indices: indices.slice(0, n), data });
}

function sliceOf(nObs: number, nVars: number, X: Slice["X"]): Slice {
  const name = "random counts";
  const rng = createRng(2);
  const width = SPACING_MICRONS * Math.sqrt(nObs);
  return {
    name,
    nObs,
    nVars,
    X,
    countState: "counts",
    obsNames: packStrings([]),
    varNames: [],
    spatial: Float32Array.from({ length: 2 * nObs }, () => width * rng()),
    unit: { name: "µm", micronsPerUnit: 1, origin: "declared" },
    obs: [],
    section: { codes: new Int8Array(nObs), names: [name] },
    provenance: { file: "", format: "simulated", matrix: "X", notes: [] },
  };
}
