import type { BackendLimits } from "../backend/backend";
import { attends } from "../nn/encoder-spec";
import { type Task, throwIfCancelled } from "../task";
import { type BudgetInput, type MemoryBudget, predictMemory } from "./budget";
import type { Excess } from "./over-limit";
import type { RunRecipe } from "./recipe";

export interface MemoryLimits {
  /** Set by the person or by the machine; null for none. */
  readonly memoryBytes: number | null;
  readonly device: BackendLimits;
}

/** One setting that brings a run under its limits, with what it then needs. */
export interface Mend {
  /** "width 32" */
  readonly words: string;
  /** The same for the command line: "--hidden 32". */
  readonly flags: string;
  /** The recipe with that setting; null for what no recipe can set. */
  readonly recipe: RunRecipe | null;
  readonly budget: MemoryBudget;
}

/** Free room between arrays of a heap, and what tfjs's dense products keep for themselves. Measured: docs/budget.md. */
const USABLE_HEAP = 0.9;

/** The first limit that the run passes. */
export function excess(budget: MemoryBudget, { memoryBytes, device }: MemoryLimits): Excess | null {
  const limits: [Excess["what"], number, number | null][] = [
    ["array", budget.largestBytes, device.arrayBytes],
    ["device", budget.deviceBytes, device.totalBytes && USABLE_HEAP * device.totalBytes],
    ["memory", budget.totalBytes, memoryBytes],
  ];
  for (const [what, bytes, limitBytes] of limits)
    if (limitBytes !== null && bytes > limitBytes) return { what, bytes, limitBytes };
  return null;
}

interface Candidate {
  readonly words: string;
  readonly flags: string;
  readonly input: BudgetInput;
  readonly recipe: RunRecipe | null;
}

/**
 * The mildest value of the first setting that brings the run under its limits: the cells in ranges, which gives the same
 * results in more time, sub-graphs of smaller batches, a narrower network, then fewer genes.
 * Each is tried by predicting again with it; memory falls along the values of one setting, so they are bisected.
 */
export async function findMend(input: BudgetInput, limits: MemoryLimits, task: Task): Promise<Mend | null> {
  for (const candidates of [inRowBlocks(input), smallerBatches(input), narrower(input), fewerGenes(input)]) {
    let found: Mend | null = null;
    let [low, high] = [0, candidates.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      throwIfCancelled(task, "Looking for a setting that fits");
      const { input: tried, ...setting } = candidates[middle];
      const budget = await predictMemory(tried, task);
      if (excess(budget, limits) === null) {
        found = { ...setting, budget };
        high = middle;
      } else low = middle + 1;
    }
    if (found) return found;
  }
  return null;
}

const named = (words: string, flags: string) => ({ words, flags });

/** Ego-nets that are exact, in place of the full graph; or fewer targets in a batch. */
function smallerBatches(input: BudgetInput): Candidate[] {
  const { recipe, shape } = input;
  const { view } = recipe;
  const now = view.kind === "full" ? shape.nObs : view.batchSize;
  return [4096, 1024, 256, 64]
    .filter((batchSize) => batchSize < now)
    .map((batchSize) => {
      const batched = view.kind === "full" ? ({ kind: "ego", hops: recipe.encoder.layers } as const) : view;
      const smaller = { ...recipe, view: { ...batched, batchSize } };
      const flags = view.kind === "full" ? `--view ego --hops ${recipe.encoder.layers} ` : "";
      return {
        ...named(`batches of ${batchSize} cells`, `${flags}--batch-size ${batchSize}`),
        recipe: smaller,
        input: { ...input, recipe: smaller },
      };
    });
}

/** More ranges of rows: the same results in more time. */
function inRowBlocks(input: BudgetInput): Candidate[] {
  const { recipe, shape } = input;
  if (recipe.view.kind !== "full") return [];
  const now = recipe.memory?.rowBlocks ?? 1;
  return [2, 4, 8, 16, 32]
    .filter((rowBlocks) => rowBlocks > now && rowBlocks <= shape.nObs)
    .map((rowBlocks) => {
      const divided = { ...recipe, memory: { rowBlocks } };
      const setting = named(`${rowBlocks} row blocks`, `--row-blocks ${rowBlocks}`);
      return { ...setting, recipe: divided, input: { ...input, recipe: divided } };
    });
}

/** Half the width, a third, ..., in whole heads. */
function narrower(input: BudgetInput): Candidate[] {
  const { recipe } = input;
  const { hidden, heads } = recipe.encoder;
  const unit = attends(recipe.backbone) ? heads : 1;
  const widths = [3 / 4, 1 / 2, 3 / 8, 1 / 4, 1 / 8, 1 / 16].map((share) => unit * Math.floor((share * hidden) / unit));
  return [...new Set(widths)]
    .filter((width) => width >= Math.max(unit, 8) && width < hidden)
    .map((width) => {
      const narrow = { ...recipe, encoder: { ...recipe.encoder, hidden: width } };
      return { ...named(`width ${width}`, `--hidden ${width}`), recipe: narrow, input: { ...input, recipe: narrow } };
    });
}

function fewerGenes(input: BudgetInput): Candidate[] {
  const { shape } = input;
  return [1 / 2, 1 / 4, 1 / 8, 1 / 16].map((share) => {
    const nVars = Math.max(1, Math.floor(shape.nVars * share));
    const fewer = { ...shape, nVars, nnz: Math.floor((shape.nnz * nVars) / shape.nVars) };
    return { ...named(`${nVars} genes`, ""), recipe: null, input: { ...input, shape: fewer } };
  });
}

/** Whether a run may start, and what would let it. */
export interface Verdict {
  readonly budget: MemoryBudget;
  readonly limits: MemoryLimits;
  /** Null for a run that fits. */
  readonly over: Excess | null;
  readonly mend: Mend | null;
}

/** Predicts a run's memory and holds it against its limits. */
export async function judgeMemory(input: BudgetInput, limits: MemoryLimits, task: Task): Promise<Verdict> {
  const budget = await predictMemory(input, task);
  const over = excess(budget, limits);
  return { budget, limits, over, mend: over && (await findMend(input, limits, task)) };
}
