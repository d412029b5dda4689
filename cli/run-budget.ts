import type { Backend } from "../src/core/backend/backend";
import type { SpatialGraph } from "../src/core/graph/spatial-graph";
import type { Slice } from "../src/core/slice/slice";
import type { Task } from "../src/core/task";
import type { MemoryBudget } from "../src/core/train/budget";
import { judgeMemory, type MemoryLimits } from "../src/core/train/budget-limits";
import { probeEpoch } from "../src/core/train/epoch-probe";
import { overLimit } from "../src/core/train/over-limit";
import type { RunRecipe } from "../src/core/train/recipe";
import { sliceShape } from "../src/core/train/stand-in-slice";

interface Planned {
  readonly slice: Slice;
  readonly graph: SpatialGraph;
  readonly recipe: RunRecipe;
  readonly backend: Backend;
  readonly roles?: Uint8Array;
}

const inputOf = ({ slice, backend, ...rest }: Planned) => {
  return { ...rest, shape: sliceShape(slice), backend: backend.report };
};

/**
 * The memory of a run that fits.
 * @throws LabError("memory") if it passes a limit, naming the setting that brings it under
 */
export async function requireFit(planned: Planned, limits: MemoryLimits, task: Task): Promise<MemoryBudget> {
  const { budget, over, mend } = await judgeMemory(inputOf(planned), limits, task);
  if (over) throw overLimit(over, mend);
  return budget;
}

/** What `train --dry-run` prints. */
export interface RunBudget {
  readonly backend: string;
  readonly bytes: number;
  readonly parts: MemoryBudget["parts"];
  readonly deviceBytes: number;
  readonly largestArrayBytes: number;
  readonly limits: {
    readonly bytes: number | null;
    readonly deviceBytes: number | null;
    readonly arrayBytes: number | null;
  };
  readonly fits: boolean;
  /** Why it does not fit, and what brings it under. */
  readonly over: string | null;
  readonly mend: { readonly setting: string; readonly flags: string; readonly bytes: number } | null;
  /** Null where it does not fit, and on an emulated GPU, which would take longer to compile than may be spent. */
  readonly secondsPerEpoch: number | null;
  readonly seconds: number | null;
  /** Cells that the time was measured on. */
  readonly measuredCells: number | null;
}

export async function runBudget(planned: Planned, limits: MemoryLimits, task: Task): Promise<RunBudget> {
  const { recipe, backend } = planned;
  const { budget, over, mend } = await judgeMemory(inputOf(planned), limits, task);
  const error = over && overLimit(over, mend);
  const time = over || backend.report.software ? null : await probeEpoch(planned, task);
  return {
    backend: backend.name,
    bytes: budget.totalBytes,
    parts: budget.parts,
    deviceBytes: budget.deviceBytes,
    largestArrayBytes: budget.largestBytes,
    limits: {
      bytes: limits.memoryBytes,
      deviceBytes: limits.device.totalBytes,
      arrayBytes: limits.device.arrayBytes,
    },
    fits: !over,
    over: error && `${error.message} ${error.hint}`,
    mend: mend && { setting: mend.words, flags: mend.flags, bytes: mend.budget.totalBytes },
    secondsPerEpoch: time && time.milliseconds / 1000,
    seconds: time && (time.milliseconds * recipe.epochs) / 1000,
    measuredCells: time?.cells ?? null,
  };
}
