import type { Backend } from "../backend/backend";
import type { SpatialGraph } from "../graph/spatial-graph";
import type { Slice } from "../slice/slice";
import { quiet, type Task, throwIfCancelled } from "../task";
import { batchesPerEpoch } from "./batch-source";
import type { RunRecipe } from "./recipe";
import { tissuePart } from "./tissue-part";
import { createTrainer } from "./trainer";

export interface EpochProbe {
  /** Of one epoch over the whole slice. */
  readonly milliseconds: number;
  /** Cells of the largest part that was measured; all of them where the whole slice was. */
  readonly cells: number;
}

export interface EpochProbeInput {
  readonly slice: Slice;
  readonly graph: SpatialGraph;
  readonly recipe: RunRecipe;
  readonly backend: Backend;
  /** About as long may be spent on it. */
  readonly patienceMs?: number;
}

const FIRST_CELLS = 600;
const BATCH_CELLS = 20_000;

/**
 * Time of an epoch from steps on parts of the tissue that hang together: a small part says how large a second one may
 * be within the patience, and the epoch is extrapolated as a line through both, the least time of each. A slice that is
 * small enough is measured whole. Of a run on sub-graphs one batch is measured, in a part of at most 20,000 cells, and
 * counted as often as an epoch has batches.
 *
 * @throws LabError("cancelled") between two steps once the task is cancelled
 */
export async function probeEpoch(input: EpochProbeInput, task: Task): Promise<EpochProbe> {
  const { slice, patienceMs = 1500 } = input;
  const began = performance.now();
  const { view } = input.recipe;
  if (view.kind !== "full") {
    // a batch costs the same in a large slice as in a part of it that is much larger than the batch
    const cells = Math.min(slice.nObs, BATCH_CELLS);
    const each = await stepTime(input, cells, began + patienceMs, task);
    return { milliseconds: each * batchesPerEpoch(view, slice.nObs), cells };
  }
  const small = Math.min(slice.nObs, FIRST_CELLS);
  const first = await stepTime(input, small, began + patienceMs / 5, task);
  if (small === slice.nObs) return { milliseconds: first, cells: small };

  const left = began + patienceMs - performance.now();
  // one step to warm up, two or more to measure, and preparing takes about as long as one
  const affordable = Math.floor((small * left) / (5 * first));
  const large = Math.min(slice.nObs, Math.max(affordable, 2 * small));
  const second = await stepTime(input, large, began + patienceMs, task);
  const perCell = Math.max(0, (second - first) / (large - small));
  return { milliseconds: second + perCell * (slice.nObs - large), cells: large };
}

/** The least time of a step over a part of so many cells: of two steps, and of as many more as end before `until`. */
async function stepTime(
  { slice, graph, recipe, backend }: EpochProbeInput,
  nCells: number,
  until: number,
  task: Task,
): Promise<number> {
  const part = nCells === slice.nObs ? { slice, graph } : tissuePart(slice, graph, nCells);
  throwIfCancelled(task, "Measuring a step");
  const trainer = await createTrainer({ ...part, recipe, backend }, quiet);
  try {
    let least = Number.POSITIVE_INFINITY;
    for (let step = 0; step < 3 || (step < 12 && performance.now() + least < until); step++) {
      throwIfCancelled(task, "Measuring a step");
      const { milliseconds } = await trainer.step();
      // the first one compiles and fills caches
      if (step > 0) least = Math.min(least, milliseconds);
    }
    return least;
  } finally {
    trainer.dispose();
  }
}
