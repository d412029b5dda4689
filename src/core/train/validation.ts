import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "../backend/backend";
import type { Csr } from "../graph/csr";
import { createSubGraphs } from "../graph/sub-graphs";
import type { ViewRecipe } from "../graph/view";
import type { Params } from "../nn/tensors";
import { deriveRng, hash32 } from "../random";
import { type GraphBatch, uploadSubGraph } from "../ssl/graph-batch";
import type { AnySslMethod, Setting } from "../ssl/method";
import { layersRead } from "./batch-source";
import type { RunRecipe } from "./recipe";

/** Most targets of a validation batch in a run on the full graph. */
const BATCH_SIZE = 4096;

/** Gives the loss of parameters on cells that are not trained on. */
export type Validate = (params: Params) => Promise<number>;

/**
 * The method's own loss on validation cells, in evaluation mode, as a mean over the batches weighted by their targets. What is
 * hidden or drawn is the same each time, so that two epochs differ by their weights alone.
 *
 * The cells are targets of sub-graphs, as a run on sub-graphs sees its own; of a run on the full graph the sub-graphs reach as
 * far as its layers, which is exact. So validation costs what its own cells and their surroundings cost.
 *
 * @param matrix  the full graph's convolution matrix, in the order of cells
 * @param cells   at least one
 * @param batch   the slice on the device, with every label that validation may know
 */
export function createValidation(
  { matrix, cells, batch }: { readonly matrix: Csr; readonly cells: Uint32Array; readonly batch: GraphBatch },
  { method, setting, recipe, backend }: ValidationRun,
): Validate {
  const layers = layersRead(recipe);
  const seed = hash32(recipe.seed ^ 0x76616c69);
  const subGraphs = createSubGraphs(matrix, { view: viewOf(recipe.view, layers), layers, seed, targets: cells });
  return async (params) => {
    let sum = 0;
    for (let n = 0; n < subGraphs.nBatches; n++) {
      const part = uploadSubGraph(batch, subGraphs.cut(0, n));
      const loss = tf.tidy(() => {
        const views = method.augment(part, setting.config, deriveRng(seed, n));
        return method.loss(method.forward(params, views, setting, { kind: "evaluation" }), setting.config);
      });
      try {
        sum += (await backend.read(loss))[0] * part.nTargets;
      } finally {
        loss.dispose();
        part.dispose();
      }
    }
    return sum / cells.length;
  };
}

interface ValidationRun {
  readonly method: AnySslMethod;
  readonly setting: Setting<object>;
  readonly recipe: RunRecipe;
  readonly backend: Backend;
}

function viewOf(view: ViewRecipe, layers: number): Exclude<ViewRecipe, { kind: "full" }> {
  return view.kind === "full" ? { kind: "ego", hops: layers, batchSize: BATCH_SIZE } : view;
}
