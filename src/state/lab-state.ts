import type { ClusterRequest, ClusterResult, SliceInfo } from "../../workers/protocol";
import type { Progress } from "../../workers/rpc";
import type { BackendReport } from "../core/backend/backend";
import type { LabError } from "../core/errors";
import type { GraphRecipe, GraphStatistics } from "../core/graph/spatial-graph";
import type { OpenOptions } from "../core/io/open-slice";
import type { SimulateOptions } from "../core/simulate/simulate-slice";
import type { CellRecord } from "../core/slice/gene";
import type { SpatialUnit } from "../core/slice/slice";
import type { CollapseReport } from "../core/ssl/collapse";
import type { Verdict } from "../core/train/budget-limits";
import type { EpochProbe } from "../core/train/epoch-probe";
import type { RunRecipe } from "../core/train/recipe";
import type { AttentionRecord, Checkpoint } from "../core/train/trainer";
import type { CollectionRunState, CollectionState } from "./collection-state";
import type { Threads } from "./engine";
import type { NetworkState, ShownPrediction } from "./network-state";
import type { StudyState } from "./study-state";

/** Work under way: what it says of itself, and how to stop it. */
export interface Working {
  readonly progress: Progress | null;
  cancel(): void;
}

// ---- step 1: the slice

export interface DataState {
  /** The open slice; null only before the first one is there. */
  readonly slice: SliceInfo | null;
  readonly opening: (Working & { readonly name: string }) | null;
  /** Why the last file did not open; the slice before it stays. */
  readonly openError: { readonly name: string; readonly error: LabError } | null;
  /** A file that can be read in several ways: the person chooses. */
  readonly question: {
    readonly file: File;
    readonly error: LabError;
    readonly options: OpenOptions;
    /** Files that wait to be collected, of which this is one; absent where it is to be opened. */
    readonly collect?: readonly File[];
  } | null;
  /** The slice that the newest one replaced. */
  readonly replaced: SliceInfo | null;
  openFile(file: File, options?: OpenOptions): Promise<void>;
  /** One file as it is, several as the sections of one slice with the genes that all have; too large ones as a collection. */
  openFiles(files: readonly File[]): Promise<void>;
  openServed(url: string, name: string): Promise<void>;
  /** One section of a kept collection. */
  openKept(collection: string, section: number, name: string): Promise<void>;
  openSimulated(options: SimulateOptions): Promise<void>;
  answerQuestion(options: OpenOptions): Promise<void>;
  dismissQuestion(): void;
  dismissOpenError(): void;
  undoReplace(): Promise<void>;
  setUnit(unit: SpatialUnit): Promise<void>;
  /** The slice as Arrow bytes, offered as a download. */
  exportArrow(): Promise<void>;
}

// ---- step 2: the graph

export type GraphPhase =
  | { readonly kind: "none" }
  | ({ readonly kind: "building" } & Working)
  | { readonly kind: "ready"; readonly graphId: number; readonly statistics: GraphStatistics }
  | { readonly kind: "failed"; readonly error: LabError };

export interface GraphState {
  readonly graph: GraphPhase;
  /** Builds anew with this recipe (also stored in `recipe.graph`). */
  buildGraph(recipe: GraphRecipe): Promise<void>;
}

// ---- steps 3 and 4: the model and its run

export type RunPhase =
  | { readonly kind: "idle" }
  /** `what` is said where it is not the model of a run that is made ready. */
  | ({ readonly kind: "preparing"; readonly what?: string } & Working)
  | { readonly kind: "training"; readonly until: number }
  | { readonly kind: "paused"; readonly until: number }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: LabError };

/** A run at rest in the page, and what it belongs to. */
export interface KeptRun {
  readonly checkpoint: Checkpoint;
  readonly sliceId: number;
  readonly graphId: number;
  /** What it trained on. */
  readonly backend: BackendReport["name"];
  /** The epoch it was to reach. */
  readonly until: number;
}

/** What the next run would take. */
export type BudgetPhase =
  | { readonly kind: "none" }
  | {
      readonly kind: "ready";
      /** What it was found for (`subjectOf`). */
      readonly about: string;
      readonly verdict: Verdict;
      /** Time of an epoch; null before it is measured, and where it cannot be. */
      readonly probe: EpochProbe | null;
      readonly measuring: boolean;
    };

export interface BudgetState {
  /** Bytes that a run may take. */
  readonly memoryLimit: number;
  readonly budget: BudgetPhase;
  setMemoryLimit(bytes: number): void;
  /** Counts the memory of the next run, then measures an epoch; an older estimate under way is ended. */
  estimate(): Promise<void>;
  stopEstimate(): void;
  /** Makes sure that the memory of the next run is known; false if it passes a limit. */
  settleBudget(signal: AbortSignal): Promise<boolean>;
  /** Applies the setting that brings the run under its limit. */
  applyMend(): void;
}

export interface RunState {
  /** What the next run will be; edited freely. */
  readonly recipe: RunRecipe;
  readonly backendChoice: "auto" | "webgpu" | "wasm";
  readonly allowSoftware: boolean;
  readonly backend: BackendReport | null;
  readonly run: RunPhase;
  /** What the present run was started with; null before the first. Differs from `recipe` once that is edited. */
  readonly runRecipe: RunRecipe | null;
  readonly epoch: number;
  /** Of the epoch under way; null where an epoch is one batch. */
  readonly batches: { readonly done: number; readonly of: number } | null;
  /** Loss per epoch; appended in place, `lossVersion` says when. */
  readonly losses: number[];
  readonly lossVersion: number;
  /** Median of the last epochs. */
  readonly millisecondsPerEpoch: number | null;
  readonly peakBytes: number | null;
  readonly nParameters: number | null;
  /** The newest checkpoint of the present run; outlives the thread and the device it was trained on. */
  readonly kept: KeptRun | null;
  editRecipe(change: (recipe: RunRecipe) => RunRecipe): void;
  /** Opens the backend that was chosen, if none is open. */
  ensureBackend(): Promise<void>;
  chooseBackend(choice: RunState["backendChoice"], allowSoftware?: boolean): Promise<void>;
  /** Starts, or goes on after a pause; after the last epoch, trains as many again. */
  train(): Promise<void>;
  pause(): void;
  /** One epoch. */
  step(): Promise<void>;
  /** After a failure: goes on from the newest checkpoint, on the backend it was trained on or on another one. */
  resume(on?: "wasm"): Promise<void>;
  /** Ends the run here and analyses what was learned. */
  stop(): Promise<void>;
  /** Forgets the model and its results. */
  reset(): Promise<void>;
  downloadWeights(): Promise<void>;
  /** Other work that needs the engine to itself; it fails as a run does. Not done while a run trains. */
  borrowEngine(work: (engine: Threads["engine"]) => Promise<void>): Promise<void>;
}

// ---- what is asked of the embedding

export interface AnalysisState {
  /** The label that predictions and scores refer to. */
  readonly label: string | null;
  readonly clusterRequest: ClusterRequest;
  readonly clusters: ClusterResult | null;
  /** Agreement of the clusters with `label`. */
  readonly scores: { readonly label: string; nScored: number; ari: number; ami: number; nmi: number } | null;
  readonly prediction: ShownPrediction | null;
  readonly split: "random" | "block";
  /** Live colours of the embedding, (nObs, 3), while it learns. */
  readonly liveColors: Uint8Array | null;
  readonly liveVersion: number;
  /** Where cells stand in the embedding view, (nObs, 2): UMAP once computed, before that the live plane. */
  readonly plane: Float32Array | null;
  readonly planeKind: "live" | "umap" | null;
  readonly planeVersion: number;
  /** Each cell's own share of the loss at the newest epoch analysed, (nObs,). */
  readonly cellLosses: Float32Array | null;
  /** Whether that epoch's embedding tells cells apart. */
  readonly collapse: CollapseReport | null;
  readonly analysing: (Working & { readonly what: "clusters" | "umap" | "prediction" }) | null;
  readonly analysisError: LabError | null;
  /** Epoch of the embedding there is to analyse, null before the first. */
  embeddingEpoch(): number | null;
  setLabel(label: string | null): void;
  setSplit(split: "random" | "block"): void;
  setClusterRequest(request: ClusterRequest): void;
  cluster(): Promise<void>;
  umap(): Promise<void>;
  predict(): Promise<void>;
  /** Clusters, prediction and UMAP one after another, as after training. */
  analyse(): Promise<void>;
}

// ---- what is looked at

export type ColorBy =
  | { readonly kind: "obs"; readonly name: string }
  | { readonly kind: "section" }
  | {
      readonly kind: "gene";
      readonly gene: number;
      readonly log: boolean;
      readonly range: readonly [number, number] | null;
    }
  | { readonly kind: "cluster" }
  | { readonly kind: "prediction" }
  /** Where predictions of cells that were not learned from are right and wrong. */
  | { readonly kind: "errors" }
  | { readonly kind: "embedding" }
  | { readonly kind: "loss" };

/** The places of the page: one slice and one model, its sections at a glance, or many runs compared. */
export const screens = ["lab", "sections", "studies"] as const;
export type Screen = (typeof screens)[number];

export interface ViewState {
  readonly theme: "dark" | "light";
  readonly screen: Screen;
  readonly colorBy: ColorBy;
  /** True while the lab chooses the colours itself: the embedding while it learns, then the clusters. */
  readonly colorFollows: boolean;
  /** Counts of the gene that is coloured by, once they have come. */
  readonly geneCounts: { readonly gene: number; readonly counts: Float32Array } | null;
  readonly geneLoading: boolean;
  /** Categories greyed out, by colouring (see `coloringKey`). */
  readonly muted: Readonly<Record<string, ReadonlySet<number>>>;
  readonly stage: "tissue" | "embedding";
  readonly hovered: number | null;
  readonly hoveredRecord: CellRecord | null;
  readonly selected: number | null;
  readonly selectedRecord: CellRecord | null;
  readonly neighbours: {
    readonly cells: Uint32Array;
    readonly hop: Uint8Array;
    readonly distances: Float32Array;
  } | null;
  readonly attention: AttentionRecord | null;
  readonly rebuilt: Float32Array | null;
  /** A small request that failed (a gene, a download), shown where it was made. */
  readonly actionError: { readonly where: "slice" | "train" | "color"; readonly error: LabError } | null;
  dismissActionError(): void;
  setTheme(theme: "dark" | "light"): void;
  setScreen(screen: Screen): void;
  setColorBy(colorBy: ColorBy): void;
  toggleCategory(category: number): void;
  soloCategory(category: number): void;
  showAllCategories(): void;
  setStage(stage: "tissue" | "embedding"): void;
  hover(cell: number | null): void;
  select(cell: number | null): void;
  /** Selects the cell of this name; false if there is none. */
  selectByName(name: string): Promise<boolean>;
}

export type LabState = DataState &
  GraphState &
  RunState &
  BudgetState &
  AnalysisState &
  NetworkState &
  ViewState &
  StudyState &
  CollectionState &
  CollectionRunState;

/** Names a colouring, so that muted categories are remembered per colouring. */
export function coloringKey(colorBy: ColorBy): string {
  return colorBy.kind === "obs" ? `obs:${colorBy.name}` : colorBy.kind;
}
