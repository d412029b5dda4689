// The slow copy of a network that BYOL, MoCo and BGRL compare with: a moving average of the weights, without gradient.
import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../nn/constant";
import type { EncoderSpec } from "../nn/encoder-spec";
import { type MlpSpec, mlp } from "../nn/mlp";
import { movingAverage } from "../nn/moving-average";
import { disposeAll, type NamedTensors, type Params, underPrefix, withPrefix } from "../nn/tensors";
import { partOf } from "./networks";
import { type BatchView, encodeView } from "./two-views";

/** Buffers that begin as the network is: the parts of that name. */
export function slowCopy(name: string, { weights }: Params, parts: readonly string[]): NamedTensors {
  const own = Object.entries(weights).filter(([weight]) => parts.some((part) => weight.startsWith(`${part}.`)));
  return withPrefix(name, Object.fromEntries(own.map(([weight, t]) => [weight, tf.clone(t)])));
}

/** The slow network after one more step of the fast one. */
export function slowAfter(name: string, { weights, buffers }: Params, momentum: number): NamedTensors {
  return withPrefix(name, movingAverage(underPrefix(name, buffers), weights, momentum));
}

/**
 * What the slow network makes of a view; constant. It normalises by the batch, in training as in evaluation, so that it needs
 * no running statistics of its own, and drops nothing out.
 */
export function slowOutput(
  name: string,
  { buffers }: Params,
  view: BatchView,
  encoder: EncoderSpec,
  projector: MlpSpec | null,
): tf.Tensor2D {
  const params: Params = { weights: underPrefix(name, buffers), buffers: {} };
  const still = { ...encoder, dropout: 0, attentionDropout: 0 };
  return constant(() => {
    const { embedding, statistics } = encodeView(params, view, still, { kind: "training", seed: 0 });
    const y = projector ? mlp(partOf(params, "projector"), projector, embedding, "training").y : embedding;
    disposeAll(statistics); // a layer in ranges of rows keeps them for whoever updates with them
    return y;
  });
}
