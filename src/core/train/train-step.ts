import * as tf from "@tensorflow/tfjs-core";
import { releaseEarly } from "../kernels/early-release";
import { disposeAll, keepResult, type NamedTensors, type Params } from "../nn/tensors";
import { deriveRng } from "../random";
import type { GraphBatch } from "../ssl/graph-batch";
import type { AnySslMethod, Setting } from "../ssl/method";
import { type AdamWState, adamW } from "./adamw";
import type { RunState } from "./checkpoint";
import { rateShare } from "./schedule";

// streams 0 and 1 are the trainer's
const FIRST_STEP_STREAM = 2;

/**
 * The loss before a step, and everything as it is after it.
 *
 * @param step      steps before this one, and how many an epoch has: what chance and schedule go by
 */
export function trainStep(
  method: AnySslMethod,
  setting: Setting<object>,
  batch: GraphBatch,
  { recipe, step, nBatches, params, optimizer }: RunState & { readonly step: number; readonly nBatches: number },
): { loss: tf.Scalar; params: Params; optimizer: AdamWState } {
  const { schedule = "constant" } = recipe.optimizer;
  const rng = deriveRng(recipe.seed, FIRST_STEP_STREAM + step);
  const mode = { kind: "training", seed: Math.floor(rng() * 2 ** 32) } as const;
  const views = method.augment(batch, setting.config, rng);
  const learned = learnedWeights(method, setting, params);
  const names = Object.keys(learned);
  const named = (tensors: tf.Tensor[]): NamedTensors => Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
  let outputs: unknown;
  try {
    const { value, grads } = tf.valueAndGrads((...weights: tf.Tensor[]) => {
      // kept, because tfjs frees what the forward pass made once it has the loss, and `update` needs it
      outputs = keepResult(() =>
        method.forward({ ...params, weights: { ...params.weights, ...named(weights) } }, views, setting, mode),
      );
      const loss = method.loss(outputs, setting.config);
      releaseEarly();
      return loss;
    })(Object.values(learned));
    const [moved, state] = adamW(named(grads), optimizer, learned, {
      ...recipe.optimizer,
      learningRate: recipe.optimizer.learningRate * rateShare(schedule, step / (recipe.epochs * nBatches)),
      rateOf: (name) => method.rateOf?.(name, setting.config) ?? 1,
    });
    const weights = Object.fromEntries(
      Object.entries(params.weights).map(([name, w]) => [name, moved[name] ?? tf.clone(w)]),
    );
    const buffers = method.update({ ...params, weights }, outputs, setting.config, step);
    return { loss: value as tf.Scalar, params: { weights, buffers }, optimizer: state };
  } catch (thrown) {
    freeTape();
    throw thrown;
  } finally {
    disposeAll(outputs);
  }
}

/** The weights that a step may change; the optimiser keeps moments of these alone. */
export function learnedWeights(method: AnySslMethod, { config }: Setting<object>, { weights }: Params): NamedTensors {
  if (!method.isFrozen) return weights;
  return Object.fromEntries(Object.entries(weights).filter(([name]) => !method.isFrozen?.(name, config)));
}

/** tfjs frees what a forward pass saved for its gradient only when the gradient is done; a step that fails must not leak. */
function freeTape(): void {
  const { state } = tf.engine() as unknown as { state: { activeTape: { saved?: tf.Tensor[] }[] | null } };
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = null;
}
