import type * as tf from "@tensorflow/tfjs-core";
import type { Encoded, Mode } from "../nn/encoder";
import type { EncoderSpec } from "../nn/encoder-spec";
import type { NamedTensors, Params } from "../nn/tensors";
import type { Rng } from "../random";
import type { GraphBatch } from "./graph-batch";

/** What a method is set to for the length of a run. */
export interface Setting<Config extends object> {
  readonly encoder: EncoderSpec;
  readonly config: Config;
}

/**
 * One self-supervised method. Stateless: everything that changes lives in `Params`.
 * A step is augment -> forward -> loss -> (the trainer applies the gradients) -> update.
 * The trainer wraps every call in `tf.tidy`; only what `init` and `update` return outlives it.
 */
export interface SslMethod<Config extends object, Views, Outputs> {
  readonly id: string;
  readonly source: string; // paper, equation; official code
  readonly defaults: Readonly<Config>;
  /** Fresh weights (learned) and buffers (not learned). The encoder's stand under the prefix `encoder`. */
  init(setting: Setting<Config>, batch: GraphBatch, rng: Rng): Params;
  /** What the network gets to see this step; reads no parameter. */
  augment(batch: GraphBatch, config: Config, rng: Rng): Views;
  /** Differentiable in `params.weights`. The tensors of its outputs are the method's own, never the batch's. */
  forward(params: Params, views: Views, setting: Setting<Config>, mode: Mode): Outputs;
  /** Reads no parameter. */
  loss(outputs: Outputs, config: Config): tf.Scalar;
  /** The buffers after a step: running statistics, moving averages, queues. `params.weights` are the new ones. */
  update(params: Params, outputs: Outputs, config: Config, step: number): NamedTensors;
  /** The encoder on everything, nothing hidden, with running statistics. */
  embed(params: Params, batch: GraphBatch, setting: Setting<Config>): Encoded;
  /** The own share of the loss of each cell, in the order of the batch's rows, shape (nObs,); drawn from `rng` and repeatable. */
  cellLosses(params: Params, batch: GraphBatch, setting: Setting<Config>, rng: Rng): tf.Tensor1D;
  /** The prototype of each cell, shape (nObs,), float32; methods without prototypes have none. */
  prototypesOf?(params: Params, batch: GraphBatch, setting: Setting<Config>): tf.Tensor1D;
  /** Of every row that the batch's last graph computes, shape (nRows, nClasses); methods that learn no label have none. */
  classProbabilities?(params: Params, batch: GraphBatch, setting: Setting<Config>): tf.Tensor2D;
  /** Share of the learning rate that a weight gets; methods without it give all of theirs the whole. */
  rateOf?(name: string, config: Config): number;
  /** Whether a weight stays as it is; methods without it learn all of theirs. */
  isFrozen?(name: string, config: Config): boolean;
  /** The expression of the cell in that row, seen from its neighbourhood alone, shape (nVars,); methods without a decoder have none. */
  rebuild?(params: Params, batch: GraphBatch, setting: Setting<Config>, row: number): tf.Tensor1D;
}

/** A method whose own types are nobody else's business: what the trainer holds. */
// biome-ignore lint/suspicious/noExplicitAny: views and outputs pass from one function of a method to the next only
export type AnySslMethod = SslMethod<any, any, any>;
