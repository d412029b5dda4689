import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BackendReport } from "../src/core/backend/backend";
import { LabError } from "../src/core/errors";
import type { GraphStatistics } from "../src/core/graph/spatial-graph";
import { type EmbeddingTable, readEmbeddingTable } from "../src/core/io/run-tables";
import type { SliceSummary } from "../src/core/slice/summary";
import type { CollapseReport } from "../src/core/ssl/collapse";
import type { RunRecipe } from "../src/core/train/recipe";
import type { AnnotationFacts } from "./annotate-run";
import { fileSource } from "./file-source";
import type { SplitFacts } from "./split-options";

/** Files of a run; docs/cli.md describes them. */
export const RUN_FILES = {
  record: "run.json",
  embedding: "embedding.arrow",
  model: "model.safetensors",
  clusters: "clusters.arrow",
  checkpoint: "checkpoint.safetensors",
} as const;

/** run.json: what was run, on what, and how it went. Names only, never a path. */
export interface RunRecord {
  readonly version: 1;
  /** False if the run was stopped before its last epoch. */
  readonly finished: boolean;
  readonly started: string; // ISO 8601
  readonly recipe: RunRecipe;
  /** Of the run whose encoder this one began with. */
  readonly pretraining?: RunRecipe;
  readonly backend: BackendReport;
  readonly slice: SliceSummary;
  readonly graph: Omit<GraphStatistics, "degreeHistogram">;
  /** Which cells it did not learn from. */
  readonly split?: SplitFacts;
  readonly notes: readonly string[];
  readonly nParameters: number;
  /** Of the label that was learned. */
  readonly classes?: readonly string[];
  /** How many labels it learned from, and what was joined to its verdict. */
  readonly annotation?: AnnotationFacts;
  readonly epochs: number; // done
  readonly steps: number;
  readonly losses: readonly number[]; // one per epoch
  /** On validation cells, one per epoch; with the epoch whose weights were kept. */
  readonly validationLosses?: readonly number[];
  readonly bestEpoch?: number;
  readonly bestValidationLoss?: number;
  /** Whether the embedding tells cells apart; records from before it was looked at have none. */
  readonly collapse?: CollapseReport;
  readonly secondsPerEpoch: number;
  readonly peakMemoryBytes: number;
  readonly peakTensorBytes: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface RunFolder {
  /** As the person wrote it, for messages. */
  readonly name: string;
  path(file: keyof typeof RUN_FILES): string;
}

function folder(name: string, cwd: string): RunFolder {
  const full = resolve(cwd, name);
  return { name, path: (file) => join(full, RUN_FILES[file]) };
}

/**
 * The folder that a new run goes to, made if need be.
 * @throws LabError("range") if a finished run lies there and `force` is not set
 */
export function folderForRun(name: string, cwd: string, { force = false } = {}): RunFolder {
  const full = resolve(cwd, name);
  try {
    mkdirSync(full, { recursive: true });
  } catch (thrown) {
    const reason = (thrown as Error).message;
    throw new LabError("missing", `${name} cannot be made a folder.`, `The system says: ${reason}.`);
  }
  const run = folder(name, cwd);
  if (!force && isFinished(run)) {
    throw new LabError(
      "range",
      `${name} holds a finished run already.`,
      "Choose another folder, or add --force to replace that run.",
    );
  }
  return run;
}

/** Removes the files of an earlier run, its record first: without it nothing counts as finished. */
export function clearRun(run: RunFolder): void {
  for (const file of ["record", "clusters", "embedding", "model", "checkpoint"] as const)
    rmSync(run.path(file), { force: true });
}

/**
 * The folder of a run that was made.
 * @throws LabError("missing") if there is no folder or it holds no embedding
 */
export function folderOfRun(name: string, cwd: string): RunFolder {
  return folderWith("embedding", name, cwd);
}

/**
 * A folder with weights to load.
 * @throws LabError("missing") if there is no folder or it holds no weights
 */
export function folderWithModel(name: string, cwd: string): RunFolder {
  return folderWith("model", name, cwd);
}

function folderWith(file: keyof typeof RUN_FILES, name: string, cwd: string): RunFolder {
  const full = resolve(cwd, name);
  const hint = "Give the folder that train wrote to (--out).";
  if (!existsSync(full) || !statSync(full).isDirectory())
    throw new LabError("missing", `${name}: there is no such folder.`, hint);
  const run = folder(name, cwd);
  if (!existsSync(run.path(file))) throw new LabError("missing", `${name} holds no ${RUN_FILES[file]}.`, hint);
  return run;
}

/** The embedding of a run with everything needed to cluster and score it. */
export async function readEmbedding(run: RunFolder): Promise<EmbeddingTable> {
  const source = fileSource(run.path("embedding"));
  try {
    return await readEmbeddingTable(source);
  } finally {
    source.close();
  }
}

function isFinished(run: RunFolder): boolean {
  return recordOf(run).finished === true;
}

/** What the folder's record says; nothing where there is none, or one that was not written to the end. */
export function recordOf(run: RunFolder): Partial<RunRecord> {
  if (!existsSync(run.path("record"))) return {};
  try {
    return JSON.parse(readFileSync(run.path("record"), "utf8")) as Partial<RunRecord>;
  } catch {
    return {};
  }
}
