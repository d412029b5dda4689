import { evaluateClusters } from "../src/core/cluster/evaluate";
import { kMeans } from "../src/core/cluster/k-means";
import { leiden } from "../src/core/cluster/leiden";
import { leidenToK } from "../src/core/cluster/leiden-to-k";
import { linearProbe } from "../src/core/cluster/linear-probe";
import { unionGraph } from "../src/core/embed/fuzzy-graph";
import { type NearestNeighbours, nearestNeighbours } from "../src/core/embed/knn";
import { createLiveFrames, type LiveFrames } from "../src/core/embed/live-frames";
import { createUmap } from "../src/core/embed/umap";
import { LabError } from "../src/core/errors";
import type { Csr } from "../src/core/graph/csr";
import type { Task } from "../src/core/task";
import { holdLife } from "./life";
import type { AnalysisApi, ClusterRequest, ClusterResult, DataApi, EngineApi } from "./protocol";
import { type Client, connect, type Handlers, type Port, serve } from "./rpc";

/** As scanpy's neighbors. */
const nNeighbours = 15;

interface Embedding {
  readonly epoch: number;
  readonly steps: number;
  readonly n: number;
  readonly d: number;
  readonly values: Float32Array;
}

let engine: Client<EngineApi> | null = null;
let data: Client<DataApi> | null = null;
let frames: LiveFrames = createLiveFrames();
/** Neighbours and their graph belong to the weights after one step; clusters and map of that step share them. */
let neighbours: { readonly steps: number; readonly knn: NearestNeighbours; readonly graph: Csr } | null = null;

const handlers: Handlers<AnalysisApi> = {
  async live() {
    const { epoch, n, d, values } = await fetchEmbedding();
    const { colors, plane } = frames.next(values, { n, d });
    // the frame stays here as the next one's reference: send copies
    const result = { epoch, colors: colors.slice(), plane: plane.slice() };
    return { result, transfer: [result.colors.buffer, result.plane.buffer] };
  },

  async cluster(request, { task }) {
    const began = performance.now();
    const embedding = await fetchEmbedding();
    const found = await clusterEmbedding(embedding, request, task);
    const seconds = (performance.now() - began) / 1000;
    return { result: { ...found, seconds, epoch: embedding.epoch } };
  },

  async umap({ nNeighbours: wanted, minDist, seed }, { task, emit }) {
    const embedding = await fetchEmbedding();
    const { n, d, values } = embedding;
    const { knn } = await neighboursOf(embedding, task);
    const layout = await createUmap(values, { n, d, nNeighbours: Math.min(wanted, n - 1), minDist, seed, knn }, task);
    try {
      const every = Math.max(5, Math.round(layout.epochs / 40));
      const positions = await layout.run(task, {
        every,
        onPositions: (moved, epoch) => emit({ positions: moved, epoch, epochs: layout.epochs }, [moved.buffer]),
      });
      return { result: { positions }, transfer: [positions.buffer] };
    } finally {
      layout.dispose();
    }
  },

  async probe({ label, codes, categories, holdOut, split, seed, sliceId }, { task }) {
    const { epoch, n, d, values } = await fetchEmbedding();
    const place = split === "block" ? await geometry(sliceId) : {};
    const probe = linearProbe(values, { n, d }, codes, { holdOut, split, seed, ...place }, task);
    const { predicted, probability, testMask: heldOut, f1Micro, f1Macro, nTrain, nTest } = probe;
    return {
      result: { label, categories, predicted, probability, heldOut, f1Micro, f1Macro, nTrain, nTest, epoch },
      transfer: [predicted.buffer, probability.buffer, heldOut.buffer],
    };
  },

  score({ clusters, labels }) {
    const { nScored, classes, ari, ami, nmi } = evaluateClusters(clusters, { name: "", codes: labels });
    return { result: { nScored, classes, ari, ami, nmi } };
  },

  reset() {
    frames = createLiveFrames();
    neighbours = null;
    return { result: null };
  },

  link({ peer, port }) {
    if (peer === "engine") engine = connect<EngineApi>(port as unknown as Port);
    else data = connect<DataApi>(port as unknown as Port);
    return { result: null };
  },
};

async function clusterEmbedding(
  embedding: Embedding,
  request: ClusterRequest,
  task: Task,
): Promise<Pick<ClusterResult, "codes" | "nClusters" | "resolution" | "modularity">> {
  const { n, d, values } = embedding;
  switch (request.method) {
    case "k-means": {
      const { codes, nClusters } = kMeans(values, { n, d, k: request.k, seed: request.seed }, task);
      return { codes, nClusters, resolution: null, modularity: null };
    }
    case "leiden": {
      const { graph } = await neighboursOf(embedding, task);
      return leiden(graph, { resolution: request.resolution, seed: request.seed }, task);
    }
    case "leiden-to-k": {
      const { graph } = await neighboursOf(embedding, task);
      return leidenToK(graph, request.k, { seed: request.seed }, task);
    }
    default:
      return request satisfies never;
  }
}

async function neighboursOf({ steps, n, d, values }: Embedding, task: Task): Promise<NonNullable<typeof neighbours>> {
  if (neighbours?.steps !== steps || neighbours.knn.n !== n) {
    const knn = await nearestNeighbours(values, { n, d, k: Math.min(nNeighbours, n - 1) }, task);
    neighbours = { steps, knn, graph: unionGraph(knn) };
  }
  return neighbours;
}

async function fetchEmbedding(): Promise<Embedding> {
  if (!engine) throw new LabError("internal", "The analysis thread has no link to the engine.");
  const { epoch, steps, size, values } = await engine("embedding", null);
  return { epoch, steps, n: values.length / size, d: size, values };
}

async function geometry(sliceId: number) {
  if (!data) throw new LabError("internal", "The analysis thread has no link to the data.");
  return data("geometry", { sliceId });
}

serve<AnalysisApi>(self as unknown as Port, handlers);
holdLife();
