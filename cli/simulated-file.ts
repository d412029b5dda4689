import { type ArrowWriter, chunksOf, createArrowWriter, layoutOf } from "../src/core/io/arrow";
import { type SimulateOptions, settingsOf } from "../src/core/simulate/options";
import { simulateChunks, simulateSections, simulateSlice } from "../src/core/simulate/simulate-slice";
import { createSimulation } from "../src/core/simulate/simulation";
import { type SliceSummary, summarize } from "../src/core/slice/summary";
import type { Task } from "../src/core/task";
import { sectionFolder } from "./section-folder";
import { streamedSummary } from "./streamed-summary";
import type { Sink } from "./write-file";

export interface Batching {
  /**
   * Cells times genes up to which the slice is held whole, so that its file has one batch and opens without a copy.
   * Beyond, it is written in batches, and of the counts only one batch is ever in memory.
   */
  readonly wholeUpTo?: number;
  /** Cells times genes of a batch beyond that. */
  readonly batchSize?: number;
}

/** Writes simulated tissue as an Arrow file and sums it up. The cells are the same however they are batched. */
export function writeSimulated(
  options: SimulateOptions,
  sink: Sink,
  task: Task,
  { wholeUpTo = 1e8, batchSize = 2.5e7 }: Batching = {},
): SliceSummary {
  const { nCells, nGenes } = settingsOf(options);
  if (nCells * nGenes <= wholeUpTo) {
    const slice = simulateSlice(options, task);
    const writer = createArrowWriter(layoutOf(slice), sink);
    for (const chunk of chunksOf(slice)) writer.write(chunk);
    writer.finish();
    return summarize(slice);
  }
  const simulation = createSimulation(options, task);
  const cellsPerBatch = Math.max(100, Math.floor(batchSize / nGenes));
  const summary = streamedSummary(nCells);
  let writer: ArrowWriter | undefined;
  for (const batch of simulateChunks(simulation, task, cellsPerBatch)) {
    writer ??= createArrowWriter(layoutOf(batch), sink);
    for (const chunk of chunksOf(batch)) writer.write(chunk);
    summary.add(batch);
  }
  writer?.finish();
  return summary.result();
}

/** Writes every section of simulated tissue as an Arrow file of its own, of which one is in memory at a time. */
export async function writeSimulatedSections(options: SimulateOptions, folder: string, task: Task): Promise<string[]> {
  const store = sectionFolder(folder);
  const files: string[] = [];
  for (const slice of simulateSections(createSimulation(options, task), task)) {
    const file = `${slice.section.names[0]}.arrow`;
    const written = await store.create(file);
    try {
      const writer = createArrowWriter(layoutOf(slice), written.write);
      for (const chunk of chunksOf(slice)) writer.write(chunk);
      writer.finish();
    } catch (thrown) {
      await written.abandon();
      throw thrown;
    }
    await written.finish();
    files.push(file);
  }
  return files;
}
