import type { BackendReport } from "../backend/backend";
import { openCounting } from "../backend/counting";
import type { SpatialGraph } from "../graph/spatial-graph";
import { uploadCsr } from "../kernels/device-csr";
import type { Task } from "../task";
import { convolutionMatrix } from "./convolution-matrix";
import type { RunRecipe } from "./recipe";
import type { CellChoice } from "./run-cells";
import { type SliceShape, standInSlice } from "./stand-in-slice";
import { createTrainer } from "./trainer";

/** Bytes that a run needs at its highest moment, by what they are for. */
export interface BudgetParts {
  /** Counts as the device keeps them. */
  readonly expression: number;
  readonly graph: number;
  /** Weights, running statistics, and both moments of the optimiser. */
  readonly weights: number;
  /** What the forward pass keeps for the backward pass. */
  readonly activations: number;
  /** What comes on top while gradients are computed. */
  readonly working: number;
  /** The embedding as the page or a file gets it, beside the device. */
  readonly embedding: number;
}

export interface MemoryBudget {
  readonly parts: BudgetParts;
  /** All parts. */
  readonly totalBytes: number;
  /** All parts but the embedding: what the backend's own `peakBytes` will say. */
  readonly deviceBytes: number;
  /** The largest single array on the device. */
  readonly largestBytes: number;
}

export interface BudgetInput extends CellChoice {
  readonly shape: SliceShape;
  readonly graph: SpatialGraph;
  readonly recipe: RunRecipe;
  /** The one that will train. */
  readonly backend: Pick<BackendReport, "name" | "threads">;
  /** Up to as many entries are stood in for one by one; above, what an entry costs is found from two such numbers. */
  readonly mostEntries?: number;
}

/** Batches that are counted; their sizes are padded to a few, so that the largest is soon met. */
const MOST_BATCHES = 4;

/**
 * Memory of a run, known before it: a step, an embedding and the losses per cell are run on a backend that counts
 * arrays and computes nothing, on a slice of the same shape that holds only ones. So the prediction follows the code,
 * and on wasm it is exact; in large slices what an entry of the expression costs is extrapolated (it is linear).
 * WebGPU is predicted by the same count, and the expression by gene that it keeps beside.
 *
 * Nothing else may compute in this thread until it is done. Cost: a step without its arithmetic, 20 to 300 ms.
 */
export async function predictMemory(input: BudgetInput, task: Task): Promise<MemoryBudget> {
  const { graph, labels, roles, mostEntries = 2 ** 19 } = input;
  const { shape, recipe } = withoutComponents(input);
  const chosen = { ...(labels && { labels }), ...(roles && { roles }) };
  const counting = await openCounting(input.backend.threads);
  // how far it is would be told as if the run itself were prepared
  const silent: Task = {
    progress() {},
    get cancelled() {
      return task.cancelled;
    },
  };
  const { backend, counted, restart } = counting;
  const begin = async (nnz: number) => {
    restart();
    const slice = standInSlice({ ...shape, nnz });
    const trainer = await createTrainer({ slice, graph, recipe, backend, ...chosen }, silent);
    return { trainer, nnz, bytes: counted().bytes, arrays: counted().arrays };
  };
  try {
    const edges = uploadCsr(convolutionMatrix(graph, recipe.backbone));
    const graphBytes = counted().bytes;
    edges.dispose();

    const all = await begin(Math.min(shape.nnz, Math.max(mostEntries, 4 * shape.nObs)));
    const { trainer } = all;
    restart();
    let step = counted();
    // batches differ in what lies around their targets
    for (let n = 0; n < Math.min(trainer.nBatches, MOST_BATCHES); n++) {
      restart();
      await trainer.step();
      if (counted().peakBytes > step.peakBytes) step = counted();
    }
    restart();
    await trainer.embed();
    await trainer.cellLosses();
    const shown = counted();
    trainer.dispose();

    const half = all.nnz < shape.nnz ? await begin(all.nnz >> 1) : all;
    half.trainer.dispose();
    // the same arrays in the same order, each linear in the entries
    const more = half === all ? 0 : (shape.nnz - all.nnz) / (all.nnz - half.nnz);
    const extrapolate = (at: number, atHalf: number): number => Math.round(at + more * (at - atHalf));
    const resident = extrapolate(all.bytes, half.bytes);
    const byGene = input.backend.name === "webgpu" ? expressionByGene(shape) : 0;
    const missing = resident - all.bytes + byGene;

    const weights = 12 * trainer.nParameters;
    const peak = Math.max(step.peakBytes, shown.peakBytes);
    const embedding = 4 * shape.nObs * trainer.embeddingSize;
    return {
      parts: {
        expression: resident - graphBytes - weights + byGene,
        graph: graphBytes,
        weights,
        activations: step.keptBytes - all.bytes,
        working: peak - step.keptBytes,
        embedding,
      },
      totalBytes: peak + missing + embedding,
      deviceBytes: peak + missing,
      largestBytes: [
        ...all.arrays.map((bytes, i) => extrapolate(bytes, half.arrays[i])),
        ...step.arrays,
        ...shown.arrays,
      ].reduce((a, b) => Math.max(a, b)),
    };
  } finally {
    await counting.close();
  }
}

/** Components are on the device as so many dense genes; those of a slice of ones could not be made. */
function withoutComponents({ shape, recipe }: BudgetInput): Pick<BudgetInput, "shape" | "recipe"> {
  const { components, ...preprocess } = recipe.preprocess;
  if (!components) return { shape, recipe };
  const nVars = Math.min(components, shape.nVars, shape.nObs - 1);
  return {
    shape: { ...shape, nVars, nnz: shape.nObs * nVars, bytesPerCount: 4 },
    recipe: { ...recipe, preprocess: { ...preprocess, scale: false, center: false } },
  };
}

/** Cells and counts of every gene, which the gradient of expression walks on a GPU (kernels/expression). */
function expressionByGene({ nVars, nnz, bytesPerCount }: SliceShape): number {
  return 4 * (nVars + 1) + (4 + bytesPerCount) * nnz;
}
