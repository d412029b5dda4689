import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "../backend/backend";
import type { Csr } from "../graph/csr";
import { createSubGraphs } from "../graph/sub-graphs";
import type { Params } from "../nn/tensors";
import { type GraphBatch, uploadSubGraph } from "../ssl/graph-batch";
import type { AnySslMethod, Setting } from "../ssl/method";
import { layersRead } from "./batch-source";
import type { RunRecipe } from "./recipe";

/** Targets of a batch; ego-nets of fewer are cut one by one all the same. */
const BATCH_SIZE = 256;

/** Whether cells are told in training from less than the layers could read: then prediction must see no more either. */
export function seesLessThanItsLayers(recipe: RunRecipe): boolean {
  return recipe.view.kind === "ego" && recipe.view.hops < layersRead(recipe);
}

/**
 * Class probabilities of every cell from its own ego-net, as a network on truncated ego-nets was trained to see it.
 *
 * @param matrix  the full graph's convolution matrix, in the order of cells
 * @returns       (nObs, nClasses), by cell
 */
export async function probabilitiesFromEgoNets(
  params: Params,
  { matrix, batch }: { readonly matrix: Csr; readonly batch: GraphBatch },
  run: {
    readonly method: AnySslMethod;
    readonly setting: Setting<object>;
    readonly recipe: RunRecipe;
    readonly backend: Backend;
  },
): Promise<Float32Array> {
  const { method, setting, recipe, backend } = run;
  const { view, seed } = recipe;
  if (view.kind !== "ego") return new Float32Array();
  const subGraphs = createSubGraphs(matrix, {
    view: { ...view, batchSize: BATCH_SIZE },
    layers: layersRead(recipe),
    seed,
  });
  const nClasses = batch.labels?.nClasses ?? 0;
  const out = new Float32Array(batch.x.nObs * nClasses);
  for (let n = 0; n < subGraphs.nBatches; n++) {
    const part = uploadSubGraph(batch, subGraphs.cut(0, n));
    const rows = tf.tidy(() => method.classProbabilities?.(params, part, setting) as tf.Tensor2D);
    try {
      const values = await backend.read(rows);
      for (let r = 0; r < part.nTargets; r++)
        out.set(values.subarray(r * nClasses, (r + 1) * nClasses), part.cells[r] * nClasses);
    } finally {
      rows.dispose();
      part.dispose();
    }
  }
  return out;
}
