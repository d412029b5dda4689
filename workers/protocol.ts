// The whole vocabulary between threads. The main thread sees positions, labels, colours and scores;
// expression and tensors stay in the workers, which pull from each other over ports of their own.

import type { BackendReport } from "../src/core/backend/backend";
import type { KeptCollection } from "../src/core/collection/manifest";
import type { GraphRecipe, GraphStatistics, SpatialGraph } from "../src/core/graph/spatial-graph";
import type { SubGraph } from "../src/core/graph/sub-graphs";
import type { OpenOptions } from "../src/core/io/open-slice";
import type { SimulateOptions } from "../src/core/simulate/simulate-slice";
import type { CellRecord } from "../src/core/slice/gene";
import type { ObsColumn, Slice, SpatialUnit } from "../src/core/slice/slice";
import type { SliceSummary } from "../src/core/slice/summary";
import type { CollapseReport } from "../src/core/ssl/collapse";
import type { AnnotationScores } from "../src/core/study/annotation/annotation";
import type { FineTuneChoice, NetworkScores } from "../src/core/study/annotation/fine-tune";
import type { LinearReader } from "../src/core/study/annotation/linear-reader";
import type { AnnotationJob, AnnotationPlan } from "../src/core/study/annotation/plan";
import type { AnnotationJobOutcome, Pretrained } from "../src/core/study/annotation/run-one";
import type { SectionSplit } from "../src/core/study/annotation/split";
import type { ClusteringPlan, StudyJob } from "../src/core/study/clustering/plan";
import type { StudyResult } from "../src/core/study/clustering/result";
import type { BatchRecipe } from "../src/core/train/batch-source";
import type { Verdict } from "../src/core/train/budget-limits";
import type { EpochProbe } from "../src/core/train/epoch-probe";
import type { PreparedSection, SectionPlan } from "../src/core/train/prepared-section";
import type { RunRecipe } from "../src/core/train/recipe";
import type { AttentionRecord, Checkpoint } from "../src/core/train/trainer";
import type { SectionCells } from "./collections";

/** Ties a port to a peer, so that workers pull large arrays from each other directly. */
type Link<Peer extends string> = { request: { peer: Peer; port: MessagePort }; event: never; result: null };

type SliceSource =
  | { readonly kind: "file"; readonly file: File; readonly options: OpenOptions }
  /** Several files as the sections of one slice. */
  | { readonly kind: "files"; readonly files: readonly File[]; readonly options: OpenOptions }
  /** A slice that `npm start -- FILE` serves beside the page. */
  | { readonly kind: "url"; readonly url: string; readonly name: string; readonly options: OpenOptions }
  /** One section of a collection that this browser keeps, by its number. */
  | { readonly kind: "section"; readonly collection: string; readonly section: number }
  | { readonly kind: "simulate"; readonly options: SimulateOptions };

/** What the page knows of an open slice: everything per cell that is drawn, nothing that is expression. */
export interface SliceInfo {
  /** Names the slice between threads. */
  readonly id: number;
  readonly name: string;
  readonly summary: SliceSummary;
  readonly varNames: readonly string[];
  readonly obs: readonly ObsColumn[];
  readonly section: Slice["section"];
  readonly unit: SpatialUnit;
  readonly positions: Float32Array; // (nObs, 2), µm
  readonly provenance: Slice["provenance"];
}

/** parse.worker: bytes of a file -> Slice, or files -> sections kept. One for each call, started and ended by data.worker. */
export type ReaderApi = {
  read: { request: SliceSource; event: never; result: Slice };
  collect: {
    request: { id: string; files: readonly File[]; name: string; options: OpenOptions };
    event: never;
    result: KeptCollection;
  };
};

/** data.worker: keeps the open slices and the browser's collections, answers questions about genes and cells. */
export type DataApi = {
  open: { request: SliceSource; event: never; result: SliceInfo };
  setUnit: { request: { sliceId: number; unit: SpatialUnit }; event: never; result: SliceInfo };
  gene: { request: { sliceId: number; gene: number }; event: never; result: { counts: Float32Array } };
  cell: { request: { sliceId: number; cell: number }; event: never; result: CellRecord };
  /** Index of the cell with this exact name, -1 if there is none. */
  findCell: { request: { sliceId: number; name: string }; event: never; result: { cell: number } };
  /** The slice as an Arrow file, for the person to keep. */
  exportArrow: { request: { sliceId: number }; event: never; result: { bytes: Uint8Array<ArrayBuffer> } };
  close: { request: { sliceId: number }; event: never; result: null };
  /** The collections that this browser keeps, newest first. */
  collections: { request: null; event: never; result: readonly KeptCollection[] };
  /** Divides files into the sections of a new collection; all of it is kept, or nothing. */
  collect: {
    request: Omit<ReaderApi["collect"]["request"], "id">;
    event: never;
    result: KeptCollection;
  };
  removeCollection: { request: { id: string }; event: never; result: null };
  /** What the newest run over its sections left, and one that was cut off before its end; null if there was none. */
  collectionRun: {
    request: { id: string };
    event: never;
    result: {
      kept: { recipe: RunRecipe; outcome: CollectionOutcome } | null;
      interrupted: InterruptedRun | null;
    };
  };
  /** Gives up what is kept of a run that was cut off. */
  forgetInterrupted: { request: { id: string }; event: never; result: null };
  /** Where the cells of a section lie, and their labels. */
  sectionCells: { request: { id: string; section: number }; event: never; result: SectionCells };
  /** For the other workers only. */
  slice: { request: { sliceId: number }; event: never; result: Slice };
  geometry: {
    request: { sliceId: number };
    event: never;
    result: { positions: Float32Array; sectionCodes: ArrayLike<number> & Slice["section"]["codes"] };
  };
  link: { request: { port: MessagePort }; event: never; result: null };
};

/** graph.worker: builds neighbourhoods. */
export type GraphApi = {
  build: {
    request: { sliceId: number; recipe: GraphRecipe };
    event: never;
    result: { graphId: number; statistics: GraphStatistics };
  };
  /** Cells within `hops` of `cell`, nearest hop first, the cell itself first of all. */
  neighbourhood: {
    request: { graphId: number; cell: number; hops: number };
    event: never;
    result: { cells: Uint32Array; hop: Uint8Array; distances: Float32Array };
  };
  /** For the other workers only. */
  graph: { request: { graphId: number }; event: never; result: SpatialGraph };
  /** What one step of a run trains on; its arrays are moved, not copied. */
  subGraph: {
    request: { graphId: number; recipe: BatchRecipe; epoch: number; batch: number };
    event: never;
    result: SubGraph;
  };
  serve: { request: { port: MessagePort }; event: never; result: null };
  link: Link<"data">;
};

export type TrainEvent =
  /** The epochs since the last word, up to and with `epoch`; told ten times a second, however fast they go. */
  | {
      readonly kind: "epochs";
      readonly epoch: number;
      readonly losses: readonly number[];
      readonly milliseconds: readonly number[];
      readonly peakBytes: number;
    }
  /** Batches done of the epoch under way, where it has several; told as often. */
  | { readonly kind: "batches"; readonly batch: number; readonly nBatches: number }
  /** The run as it is now and then and whenever `train` ends; its arrays are moved, not copied. */
  | { readonly kind: "checkpoint"; readonly checkpoint: Checkpoint };

/** What a model that was loaded says of the slice. */
export interface LoadedModel {
  readonly nParameters: number;
  /** Of the label that it learned; null where it learned none. */
  readonly classes: readonly string[] | null;
  readonly probabilities: Float32Array | null; // (nObs, classes)
  /** What share of that verdict a linear reader beside the network has; null where the network stands alone. */
  readonly reader: { readonly share: number } | null;
  /** What was done to the slice, and what it lacks, one sentence each. */
  readonly notes: readonly string[];
}

/** What fine-tuning came to. */
export interface FineTunedModel {
  readonly nParameters: number;
  readonly classes: readonly string[];
  readonly probabilities: Float32Array; // (nObs, classes)
  readonly heldOut: Uint8Array; // (nObs,), 1 = held out
  readonly scores: AnnotationScores;
  /** Without the linear reader that was joined to it; null where none was. */
  readonly networkAlone: NetworkScores | null;
  /** Labels that were learned from. */
  readonly nLabels: number;
  readonly losses: readonly number[]; // one an epoch
}

/** engine.worker: owns the model and the training loop. */
export type EngineApi = {
  openBackend: {
    request: { prefer: "auto" | "webgpu" | "wasm" | "cpu"; allowSoftware: boolean };
    event: never;
    result: BackendReport;
  };
  prepare: {
    /** From `checkpoint` the run goes on where that left it. */
    request: { sliceId: number; graphId: number; recipe: RunRecipe; checkpoint: Checkpoint | null };
    event: never;
    result: { nParameters: number; embeddingSize: number };
  };
  /** Whether such a run fits this backend and `memoryBytes`; nothing is trained, the model in hand stays. */
  judge: {
    request: { sliceId: number; graphId: number; recipe: RunRecipe; memoryBytes: number | null };
    event: never;
    result: Verdict;
  };
  /** Time of an epoch, from a second or two of steps on a part of the slice; aborting ends it after the step in hand. */
  probe: {
    request: { sliceId: number; graphId: number; recipe: RunRecipe };
    event: never;
    result: EpochProbe;
  };
  /** Trains up to `untilEpoch`; aborting pauses after the batch in hand. */
  train: { request: { untilEpoch: number }; event: TrainEvent; result: { epoch: number; paused: boolean } };
  /** Each cell's own share of the loss. */
  cellLosses: { request: null; event: never; result: { losses: Float32Array } };
  /** Whether the embedding still tells cells apart. */
  collapse: { request: null; event: never; result: CollapseReport };
  /** Attention over the neighbours of one cell; null for backbones without attention. */
  attention: { request: { cell: number }; event: never; result: AttentionRecord | null };
  /** Expression of one cell as rebuilt from its neighbourhood, in the preprocessed scale; null if the method rebuilds none. */
  rebuilt: { request: { cell: number }; event: never; result: { expression: Float32Array | null } };
  /** The weights as a safetensors file, with recipe, genes and preprocessing beside them. */
  weights: { request: null; event: never; result: { bytes: Uint8Array<ArrayBuffer> } };
  /**
   * Takes a model file in place of the model in hand, to be asked about this slice; genes are matched by name. Refused where
   * it would pass `memoryBytes`. The graph is the one that its recipe asks for.
   */
  loadModel: {
    request: {
      sliceId: number;
      graphId: number;
      bytes: Uint8Array;
      name: string;
      memoryBytes: number | null;
    };
    event: never;
    result: LoadedModel;
  };
  /**
   * Learns a label with the encoder of the model in hand, or of the one that was fine-tuned before, and takes the place of it
   * once it is done; ended before, the model in hand stays. The events are the losses of the epochs since the last one.
   */
  fineTune: {
    request: {
      sliceId: number;
      graphId: number;
      recipe: RunRecipe;
      fromScratch: boolean;
      choice: FineTuneChoice;
      reader: LinearReader | null;
      memoryBytes: number | null;
    };
    event: { readonly losses: readonly number[] };
    result: FineTunedModel;
  };
  /** The model in hand as a model file, and what it predicts of every cell as a table; null for one that learned no label. */
  exportModel: {
    request: null;
    event: never;
    result: { model: Uint8Array<ArrayBuffer>; predictions: Uint8Array<ArrayBuffer> | null };
  };
  /** Drops the model; the backend stays open. */
  reset: { request: null; event: never; result: null };
  /** For the analysis worker only. */
  embedding: {
    request: null;
    event: never;
    result: { epoch: number; steps: number; size: number; values: Float32Array };
  };
  serve: { request: { port: MessagePort }; event: never; result: null };
  link: Link<"data" | "graph">;
};

export type ClusterRequest =
  | { readonly method: "leiden"; readonly resolution: number; readonly seed: number }
  | { readonly method: "leiden-to-k"; readonly k: number; readonly seed: number }
  | { readonly method: "k-means"; readonly k: number; readonly seed: number };

export interface ClusterResult {
  readonly codes: Int32Array; // (nObs,), 0 = largest
  readonly nClusters: number;
  readonly resolution: number | null;
  readonly modularity: number | null;
  readonly seconds: number;
  readonly epoch: number;
}

export interface ProbeResult {
  readonly label: string;
  readonly categories: readonly string[];
  readonly predicted: Int32Array; // (nObs,), code into categories
  readonly probability: Float32Array; // (nObs,), of the predicted class
  readonly heldOut: Uint8Array; // (nObs,), 1 = scored
  readonly f1Micro: number;
  readonly f1Macro: number;
  readonly nTrain: number;
  readonly nTest: number;
  readonly epoch: number;
}

/** analysis.worker: everything that is asked of an embedding. */
export type AnalysisApi = {
  /** Colours and a plane of the newest embedding, axes kept steady from frame to frame. */
  live: {
    request: null;
    event: never;
    result: { epoch: number; colors: Uint8Array; plane: Float32Array };
  };
  cluster: { request: ClusterRequest; event: never; result: ClusterResult };
  umap: {
    request: { nNeighbours: number; minDist: number; seed: number };
    event: { positions: Float32Array; epoch: number; epochs: number };
    result: { positions: Float32Array };
  };
  probe: {
    request: {
      label: string;
      codes: Int32Array;
      categories: readonly string[];
      holdOut: number;
      split: "random" | "block";
      seed: number;
      sliceId: number;
    };
    event: never;
    result: ProbeResult;
  };
  /** Agreement of two codings; -1 counts nowhere. */
  score: {
    request: { clusters: Int32Array; labels: Int32Array };
    event: never;
    result: { nScored: number; classes: number; ari: number; ami: number; nmi: number };
  };
  /** Forgets what belongs to an older run. */
  reset: { request: null; event: never; result: null };
  link: Link<"engine" | "data">;
};

/** study.worker: the runs of a study, one after the other, beside the lab's own. */
export type StudyApi = {
  openBackend: EngineApi["openBackend"];
  /** Fetches an open slice, to be known by the name that the plan has for it. */
  take: { request: { sliceId: number; name: string }; event: never; result: null };
  /** Trains or embeds, clusters and scores; refused where the run would pass `memoryBytes`. */
  run: {
    request: { plan: ClusteringPlan; job: StudyJob; memoryBytes: number | null };
    event: never;
    result: { result: StudyResult; codes: Int32Array };
  };
  /** One job of an annotation study; `pretrained` is what it starts from. Refused as `run` is. */
  annotate: {
    request: {
      plan: AnnotationPlan;
      job: AnnotationJob;
      pretrained: Pretrained | null;
      memoryBytes: number | null;
    };
    event: never;
    result: AnnotationJobOutcome & { varNames: readonly string[] };
  };
  /** Time of the training of such a run, ms, from a few steps. */
  probe: { request: { plan: ClusteringPlan; job: StudyJob }; event: never; result: { milliseconds: number } };
  /** Lets training rest after the step in hand, with all that it knows, until it may go on. */
  hold: { request: { held: boolean }; event: never; result: null };
  link: Link<"data">;
};

/** A run over sections that ended with its page, or failed, and can be gone on with from its newest checkpoint. */
export interface InterruptedRun {
  readonly recipe: RunRecipe;
  /** Number of the section that is left out. */
  readonly test: number | null;
  readonly split: SectionSplit;
  readonly nParameters: number;
  readonly backend: string;
  /** Of the epochs that the checkpoint has whole. */
  readonly losses: readonly number[];
  readonly validationLosses: readonly number[];
}

export type CollectionEvent =
  /** Which sections it learns from and with how many weights: all is ready, the first step begins. */
  | { readonly kind: "began"; readonly split: SectionSplit; readonly nParameters: number }
  /** How far it is, a few times a second: the section of the newest step, and the losses of all epochs that are done. */
  | {
      readonly kind: "step";
      readonly section: number;
      readonly losses: readonly number[];
      readonly validationLosses: readonly number[];
    }
  /** The run can be gone on with after so many epochs, should it be cut off; null where there is no room to keep it. */
  | { readonly kind: "checkpoint"; readonly epoch: number | null };

/** How well a section that was not learned from was labelled. */
export interface SectionScore {
  /** Its number. */
  readonly section: number;
  readonly f1Micro: number;
  readonly f1Macro: number;
  readonly nScored: number;
}

/** A section that could not be asked about, and why, in a person's words. */
export interface SectionUnscored {
  readonly section: number;
  readonly why: string;
}

/** What a run over sections leaves, in numbers; plain JSON. */
export interface CollectionFindings {
  readonly split: SectionSplit;
  readonly nParameters: number;
  readonly backend: string;
  readonly losses: readonly number[];
  readonly validationLosses: readonly number[];
  readonly bestEpoch: number | null;
  /** False where the person ended it. */
  readonly finished: boolean;
  readonly secondsPerEpoch: number;
  /** Of all epochs, in which nothing was computed because a section was not there yet. */
  readonly waitedSeconds: number;
  readonly peakBytes: number;
  /** Of the section left out, where a label was learned and it has one; runs that were kept before it was told have none. */
  readonly score?: SectionScore | SectionUnscored | null;
}

export interface CollectionOutcome extends CollectionFindings {
  /** The network as a safetensors file, with its recipe, its genes and what preprocessing took from the sections. */
  readonly model: Uint8Array<ArrayBuffer>;
  /** Whether it lies beside the sections and is there after a reload; false where there was no room for it. */
  readonly kept: boolean;
}

/** collection.worker: one run over the sections of a collection, beside the lab's own. */
export type CollectionApi = {
  openBackend: EngineApi["openBackend"];
  /**
   * Trains to the end of the recipe; aborting ends it after the step in hand, with what was learned. Refused where the
   * largest section would pass `memoryBytes`, or another tab trains over the same sections.
   *
   * `start` null goes on with the run that was cut off.
   */
  train: {
    request: {
      collection: string;
      start: { recipe: RunRecipe; test: number | null } | null;
      memoryBytes: number | null;
    };
    event: CollectionEvent;
    result: CollectionOutcome;
  };
};

/** section.worker: the next section of a run, while the one before trains. Started and ended by collection.worker. */
export type SectionApi = {
  begin: { request: { collection: string; plan: SectionPlan }; event: never; result: null };
  /** Its arrays are moved, not copied. */
  prepare: { request: { section: number }; event: never; result: PreparedSection };
};
