// What the newest run over the sections of a collection left, beside them: it goes when the collection is deleted.
import { readModel } from "../src/core/train/model-file";
import type { RunRecipe } from "../src/core/train/recipe";
import { folderOf } from "./collections";
import type { CollectionFindings, CollectionOutcome } from "./protocol";
import { readable, writeWhole } from "./section-files";

const MODEL = "model.safetensors";
const RECORD = "run.json";
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
