import * as tf from "@tensorflow/tfjs-core";
import { adamWStep } from "../kernels/adamw";
import type { NamedTensors } from "../nn/tensors";

export interface AdamWOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Share of the learning rate of each weight, for those that shall move less; 1 unless told. */
  readonly rateOf?: (name: string) => number;
}

export interface AdamWState {
  readonly step: number;
  readonly m: NamedTensors; // first moment
  readonly v: NamedTensors; // second moment
}

/** State before the first step. */
export function initAdamW(weights: NamedTensors): AdamWState {
  const zeros = () => Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, tf.zerosLike(w)]));
  return { step: 0, m: zeros(), v: zeros() };
}

/**
 * One step:  m ← β1 m + (1 - β1) g,  v ← β2 v + (1 - β2) g²,
 * w ← (1 - lr λ) w - lr m̂ / (sqrt(v̂) + ε),  m̂ = m / (1 - β1^t),  v̂ = v / (1 - β2^t).
 *
 * Decay is for matrices: biases, norms and attention vectors are left alone.
 * @returns new weights and new state; nothing given is changed or disposed
 * Source: Loshchilov & Hutter 2019, arXiv:1711.05101, alg. 2; torch.optim.AdamW.
 */
export function adamW(
  gradients: NamedTensors,
  state: AdamWState,
  weights: NamedTensors,
  { learningRate, weightDecay, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, rateOf = () => 1 }: AdamWOptions,
): [NamedTensors, AdamWState] {
  const step = state.step + 1;
  const rootCorrection = Math.sqrt(1 - beta2 ** step);
  const next: Record<string, tf.Tensor> = {};
  const m: Record<string, tf.Tensor> = {};
  const v: Record<string, tf.Tensor> = {};
  for (const [name, w] of Object.entries(weights)) {
    const ownRate = learningRate * rateOf(name);
    const rate = ownRate / (1 - beta1 ** step);
    const keep = decays(name, w) ? 1 - ownRate * weightDecay : 1;
    const given = { w, g: gradients[name], m: state.m[name], v: state.v[name] };
    const done = adamWStep(given, { beta1, beta2, keep, rate, rootCorrection, epsilon });
    [next[name], m[name], v[name]] = [done.w, done.m, done.v];
  }
  return [next, { step, m, v }];
}

function decays(name: string, w: tf.Tensor): boolean {
  return w.rank === 2 && name.endsWith("weight");
}
