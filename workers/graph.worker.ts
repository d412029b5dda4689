import { LabError } from "../src/core/errors";
import { buildGraph } from "../src/core/graph/build-graph";
import { neighbourhood } from "../src/core/graph/neighbourhood";
import type { SpatialGraph } from "../src/core/graph/spatial-graph";
import { type BatchRecipe, type BatchSource, batchesOf } from "../src/core/train/batch-source";
import { convolutionMatrix } from "../src/core/train/convolution-matrix";
import { holdLife } from "./life";
import { buffersOf, shareArrays } from "./memory";
import type { DataApi, GraphApi } from "./protocol";
import { type Client, connect, type Handlers, type Port, serve } from "./rpc";

/** The run in hand may still use the graph before the newest; older ones go. */
const kept = 3;

const graphs = new Map<number, SpatialGraph>();
let nextId = 1;
/** Of the run in hand: what its sub-graphs are cut from takes as much memory as the graph. */
let cutting: { readonly of: string; readonly targets?: Uint32Array; readonly batches: BatchSource } | null = null;
let data: Client<DataApi> | null = null;

const handlers: Handlers<GraphApi> = {
  async build({ sliceId, recipe }, { task }) {
    if (!data) throw new LabError("internal", "The graph thread has no link to the data.");
    const { positions, sectionCodes } = await data("geometry", { sliceId });
    const { graph, statistics } = await buildGraph(positions, sectionCodes, recipe, task);
    const graphId = nextId++;
    graphs.set(graphId, shareArrays(graph));
    for (const old of graphs.keys()) if (old <= graphId - kept) graphs.delete(old);
    return { result: { graphId, statistics } };
  },
  neighbourhood({ graphId, cell, hops }) {
    const found = neighbourhood(get(graphId), cell, hops);
    return { result: found };
  },
  graph: ({ graphId }) => ({ result: get(graphId) }),
  async subGraph({ graphId, recipe, epoch, batch }) {
    const subGraph = await batchesFor(graphId, recipe).at(epoch, batch);
    return { result: subGraph, transfer: buffersOf(subGraph) };
  },
  serve({ port }) {
    serve<GraphApi>(port as unknown as Port, handlers);
    return { result: null };
  },
  link({ port }) {
    data = connect<DataApi>(port as unknown as Port);
    return { result: null };
  },
};

function batchesFor(graphId: number, recipe: BatchRecipe): BatchSource {
  const { targets, ...rest } = recipe;
  const of = JSON.stringify({ graphId, rest });
  if (cutting?.of !== of || !sameCells(cutting.targets, targets)) {
    cutting = null;
    cutting = {
      of,
      ...(targets && { targets }),
      batches: batchesOf(convolutionMatrix(get(graphId), recipe.backbone), recipe),
    };
  }
  return cutting.batches;
}

function sameCells(a: Uint32Array | undefined, b: Uint32Array | undefined): boolean {
  return a?.length === b?.length && (a?.every((cell, i) => cell === b?.[i]) ?? true);
}

function get(graphId: number): SpatialGraph {
  const graph = graphs.get(graphId);
  if (!graph) throw new LabError("missing", `Graph ${graphId} is gone.`, "Build the graph again.");
  return graph;
}

serve<GraphApi>(self as unknown as Port, handlers);
holdLife();
