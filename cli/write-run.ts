import { type EmbeddingTable, writeEmbeddingTable } from "../src/core/io/run-tables";
import { positionsMicrons, type Slice } from "../src/core/slice/slice";
import { type Model, writeModel } from "../src/core/train/model-file";
import type { Trainer } from "../src/core/train/trainer";
import { clearRun, type RunFolder, type RunRecord } from "./run-folder";
import { writeBytes, writeFile } from "./write-file";

/** What a trained network leaves behind. */
export interface RunResult {
  readonly record: RunRecord;
  readonly table: EmbeddingTable;
  readonly model: Model;
}

/** The embedding of a slice with all labels the slice came with. */
export async function embeddingTable(
  slice: Slice,
  trainer: Pick<Trainer, "embed" | "embeddingSize">,
): Promise<EmbeddingTable> {
  return {
    obsNames: slice.obsNames,
    section: slice.section,
    positions: positionsMicrons(slice),
    labels: slice.obs.filter((column) => column.kind === "categorical"),
    embedding: await trainer.embed(),
    size: trainer.embeddingSize,
  };
}

/** Replaces whatever run the folder held. The record comes last: where it is, the other files are whole. */
export async function writeRun(run: RunFolder, { record, table, model }: RunResult): Promise<void> {
  clearRun(run);
  await writeFile(run.path("embedding"), (sink) => writeEmbeddingTable(table, sink));
  await writeBytes(run.path("model"), writeModel(model));
  await writeBytes(run.path("record"), `${JSON.stringify(record, null, 2)}\n`);
}
