import type { Backend } from "../backend/backend";
import type { SpatialGraph } from "../graph/spatial-graph";
import type { Slice } from "../slice/slice";
import { quiet, type Task, throwIfCancelled } from "../task";
import { batchesPerEpoch } from "./batch-source";
import type { RunRecipe } from "./recipe";
import { type CellChoice, type RunCells, runCells } from "./run-cells";
import { tissuePart } from "./tissue-part";
import { createTrainer, type TrainerInput } from "./trainer";

export interface EpochProbe {
  /** Of one epoch over the whole slice. */
  readonly milliseconds: number;
  /** Cells of the largest part that was measured; all of them where the whole slice was. */
  readonly cells: number;
}

export interface EpochProbeInput extends CellChoice {
  readonly slice: Slice;
  readonly graph: SpatialGraph;
  readonly recipe: RunRecipe;
  readonly backend: Backend;
  /** About as long may be spent on it. */
  readonly patienceMs?: number;
  /** Milliseconds since some time; a benchmark on a busy machine gives processor time. */
  readonly clock?: () => number;
}

const FIRST_CELLS = 256;
/** Parts that are about as large as each other would say more of the noise than of the slope. */
const LEAST_GROWTH = 2;
/** A batch costs the same in a large slice as in a part of it that is much larger than the batch. */
const BATCH_CELLS = 20_000;

/**
 * Time of an epoch from steps on parts of the tissue that hang together: 256 cells, four times as many, and then as many
 * as the times so far allow within the patience. The epoch is extrapolated as a line through the last two, by the median
 * step of each. A slice that is small enough is measured whole.
 * Of a run on sub-graphs a few batches are measured, in a part of at most 20,000 cells, and their mean is counted as
 * often as an epoch has batches.
 *
 * @throws LabError("cancelled") between two steps once the task is cancelled
 */
export async function probeEpoch(input: EpochProbeInput, task: Task): Promise<EpochProbe> {
  const { patienceMs = 1700, clock = () => performance.now() } = input;
  const { nObs } = input.slice;
  const end = clock() + patienceMs;
  const { view } = input.recipe;
  const chosen = runCells(input.slice, input.recipe, input);
  if (view.kind !== "full") {
    const cells = Math.min(nObs, BATCH_CELLS);
    const times = await stepTimes(input, chosen, cells, (n) => n < 3 || (n < 20 && clock() < end), task);
    const mean = times.reduce((a, b) => a + b) / times.length;
    return { milliseconds: mean * batchesPerEpoch(view, chosen.targets?.length ?? nObs), cells };
  }

  const measure = async (cells: number) => {
    const began = clock();
    // what is left goes into more steps where no larger part is to come, for code warms up over the first ones
    const goOn = (n: number) => n < 3 || (cells === nObs && n < 12 && clock() < end);
    const ms = middle(await stepTimes(input, chosen, cells, goOn, task));
    return { cells, ms, spentPerCell: (clock() - began) / cells };
  };
  let small = await measure(Math.min(nObs, FIRST_CELLS));
  if (small.cells === nObs) return { milliseconds: small.ms, cells: nObs };
  let large = await measure(Math.min(nObs, 4 * small.cells));
  for (;;) {
    const next = Math.min(nObs, Math.floor((end - clock()) / large.spentPerCell));
    if (large.cells === nObs || next < Math.min(nObs, LEAST_GROWTH * large.cells)) {
      const perCell = Math.max(0, large.ms - small.ms) / (large.cells - small.cells);
      return { milliseconds: large.ms + perCell * (nObs - large.cells), cells: large.cells };
    }
    [small, large] = [large, await measure(next)];
  }
}

/** The median, the lower one of two. */
function middle(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[(times.length - 1) >> 1];
}

/** As many cells with the labels that are learned; one cell gets a class where none has, since a step needs one. */
function partOf(
  { slice, graph }: Pick<EpochProbeInput, "slice" | "graph">,
  { labels, learned }: RunCells,
  nCells: number,
): Pick<TrainerInput, "slice" | "graph" | "labels"> {
  const { cells = null, ...part } = nCells === slice.nObs ? { slice, graph } : tissuePart(slice, graph, nCells);
  if (!labels || !learned) return part;
  const codes = cells ? Int32Array.from(cells, (i) => learned[i]) : learned.slice();
  if (codes.every((code) => code < 0)) codes[0] = 0;
  return { ...part, labels: { ...labels, codes } };
}

/**
 * Times of steps over a part of so many cells, but the first, which compiles and fills caches.
 * @param goOn  whether another step is to be taken after so many
 */
async function stepTimes(
  { slice, graph, recipe, backend, clock = () => performance.now() }: EpochProbeInput,
  chosen: RunCells,
  nCells: number,
  goOn: (nSteps: number) => boolean,
  task: Task,
): Promise<number[]> {
  const part = partOf({ slice, graph }, chosen, nCells);
  throwIfCancelled(task, "Measuring a step");
  const trainer = await createTrainer({ ...part, recipe, backend }, quiet);
  try {
    const times: number[] = [];
    for (let n = 0; goOn(n); n++) {
      throwIfCancelled(task, "Measuring a step");
      const began = clock();
      await trainer.step();
      if (n > 0) times.push(clock() - began);
    }
    return times;
  } finally {
    trainer.dispose();
  }
}
