// What the newest run over the sections of a collection left, and what one under way keeps of itself; beside them: it goes when
// the collection is deleted.
import { LabError } from "../src/core/errors";
import type { SectionSplit } from "../src/core/study/annotation/split";
import { type KeptRun, readCheckpoint, writeCheckpoint } from "../src/core/train/checkpoint-file";
import { readModel } from "../src/core/train/model-file";
import type { RunRecipe } from "../src/core/train/recipe";
import { folderOf } from "./collections";
import type { CollectionFindings, CollectionOutcome, InterruptedRun } from "./protocol";
import { readable, writeWhole } from "./section-files";

const MODEL = "model.safetensors";
const RECORD = "run.json";
/** Of a run under way: what stays the same, and its newest checkpoints, written in turn so that one is always whole. */
const UNDER_WAY = "under-way.json";
const CHECKPOINTS = ["checkpoint-1.safetensors", "checkpoint-2.safetensors"] as const;
const VERSION = 1;

interface FinishedRun {
  readonly findings: CollectionFindings;
  /** With its recipe in it. */
  readonly model: Uint8Array<ArrayBuffer>;
}

/** Keeps a run in place of the one before. False where there is no room for it: the run is in hand all the same. */
export async function keepRun(id: string, { findings, model }: FinishedRun): Promise<boolean> {
  const folder = await folderOf(id);
  try {
    // without its record a model counts as none, so the two never belong to different runs
    await folder.removeEntry(RECORD).catch(() => {});
    await writeWhole(folder, MODEL, model);
    await writeWhole(folder, RECORD, new TextEncoder().encode(JSON.stringify({ version: VERSION, findings })));
    return true;
  } catch {
    return false;
  }
}

/** The run that was kept; null if there is none, or none that can be read. */
export async function keptRun(id: string): Promise<{ recipe: RunRecipe; outcome: CollectionOutcome } | null> {
  const folder = await folderOf(id);
  try {
    const { version, findings } = JSON.parse(await (await readable(folder, RECORD)).text());
    if (version !== VERSION) return null;
    const model = new Uint8Array(await (await readable(folder, MODEL)).arrayBuffer());
    const { recipe } = readModel(model, MODEL);
    return { recipe, outcome: { ...(findings as CollectionFindings), model, kept: true } };
  } catch {
    return null;
  }
}

/** What stays the same while a run is under way. */
export interface RunFacts {
  /** Number of the section that is left out, or none. */
  readonly test: number | null;
  readonly split: SectionSplit;
  readonly nParameters: number;
  readonly backend: string;
}

/** How long the thread of a page that was left may still hold its run. */
const patienceMs = 3000;

/**
 * Does `work` while no other tab trains over the collection, nor the thread of this page before its reload.
 * @throws LabError("range") if one does
 */
export async function aloneOver<T>(id: string, work: () => Promise<T>): Promise<T> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    return await navigator.locks.request(`collection-run-${id}`, { signal }, work);
  } catch (thrown) {
    if ((thrown as Error).name !== "TimeoutError") throw thrown;
    const message = "Another tab trains over the sections of this collection.";
    throw new LabError("range", message, "Wait for it, or stop it there.");
  }
}

/** A run that was cut off, as it was last kept. */
export interface Interrupted {
  readonly facts: RunFacts;
  readonly run: KeptRun;
  /** Which of the two checkpoints it is. */
  readonly slot: number;
}

/**
 * Keeps checkpoints of a run that begins, in place of those of an interrupted one; or of that one as it goes on, beside the
 * checkpoint it began with.
 */
export async function checkpointsOf(
  id: string,
  facts: RunFacts,
  before: Pick<Interrupted, "slot"> | null,
): Promise<(run: KeptRun) => Promise<void>> {
  const folder = await folderOf(id);
  if (!before) await forgetCheckpoints(id);
  let [next, said] = [before ? 1 - before.slot : 0, false];
  return async (run) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ version: VERSION, facts }));
    if (!said) await writeWhole(folder, UNDER_WAY, bytes);
    said = true;
    await writeWhole(folder, CHECKPOINTS[next], writeCheckpoint(run));
    next = 1 - next;
  };
}

export async function forgetCheckpoints(id: string): Promise<void> {
  const folder = await folderOf(id);
  // its facts first: without them no checkpoint counts
  for (const name of [UNDER_WAY, ...CHECKPOINTS]) await folder.removeEntry(name).catch(() => {});
}

/** The newest checkpoint of a run that was cut off; null if there is none that can be read. */
export async function readInterrupted(id: string): Promise<Interrupted | null> {
  const folder = await folderOf(id);
  try {
    const { version, facts } = JSON.parse(await (await readable(folder, UNDER_WAY)).text());
    if (version !== VERSION) return null;
    const found: Interrupted[] = [];
    for (const [slot, name] of CHECKPOINTS.entries()) {
      const run = await readable(folder, name)
        .then(async (file) => readCheckpoint(new Uint8Array(await file.arrayBuffer()), name))
        .catch(() => null); // cut off while it was written
      if (run) found.push({ facts, run, slot });
    }
    return found.sort((a, b) => b.run.soFar.steps - a.run.soFar.steps)[0] ?? null;
  } catch {
    return null;
  }
}

/** What a page says of a run that was cut off; null if there is none, or if another tab is at it. */
export async function interruptedRun(id: string): Promise<InterruptedRun | null> {
  const found = await aloneOver(id, () => readInterrupted(id)).catch(() => null);
  if (!found) return null;
  const { facts, run } = found;
  const { losses, watch } = run.soFar;
  return { ...facts, recipe: run.checkpoint.recipe, losses, validationLosses: watch.losses };
}
