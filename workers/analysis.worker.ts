import { evaluateClusters } from "../src/core/cluster/evaluate";
import { linearProbe } from "../src/core/cluster/linear-probe";
import { createLiveFrames, type LiveFrames } from "../src/core/embed/live-frames";
import { LabError } from "../src/core/errors";
import type { Task } from "../src/core/task";
import type { AnalysisApi, ClusterRequest, ClusterResult, DataApi, EngineApi } from "./protocol";
import { type Client, connect, type Handlers, type Port, serve } from "./rpc";

interface Embedding {
  readonly epoch: number;
  readonly size: number;
  readonly values: Float32Array;
}

let engine: Client<EngineApi> | null = null;
let data: Client<DataApi> | null = null;
/** The newest embedding that was asked for; live frames do not keep theirs. */
let embedding: Embedding | null = null;
let frames: LiveFrames | null = null;
