/**
 * @file SwAV: the cells of a batch are shared out evenly among prototypes, and each view foretells the prototype of the other.
 *
 * Source: Caron et al. 2020, arXiv:2006.09882, eqs. 1-5; code facebookresearch/swav.
 * Differs: two views of the same size, no small crops. Prototypes are brought to length 1 where they are used, and the gradient
 * passes through that, where the authors' code does it to the weights after each step; they are not frozen at the start. The
 * queue, where there is one, takes part from the first step, filled with random directions.
 */
import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../kernels/dense";
import { constant } from "../nn/constant";
import { linearInit } from "../nn/init";
import { initEncoder } from "../nn/init-encoder";
import { initMlp, type MlpSpec, mlp } from "../nn/mlp";
import type { NamedTensors } from "../nn/tensors";
import { enqueue, randomQueue } from "./key-queue";
import { normalizeRows } from "./losses/normalize-rows";
import { swav as swavLoss } from "./losses/swav";
import type { Setting, SslMethod } from "./method";
import { distances, joined, movedBuffers, type NetworkStatistics, partOf } from "./networks";
import { type SwavConfig, swavInfo } from "./swav-config";
import { type BatchView, drawTwoViews, embedPlainly, encodeView, plainView } from "./two-views";

type Pair = readonly [tf.Tensor2D, tf.Tensor2D];

interface Outputs {
  readonly z: Pair; // projections of length 1, (nTargets, projection)
  readonly scores: Pair; // (nTargets, prototypes)
  readonly earlier?: Pair; // scores of the queues; constant
  readonly statistics: readonly NetworkStatistics[];
}

function projectorOf({ encoder: { hidden }, config: { projection } }: Setting<SwavConfig>): MlpSpec {
  return { widths: [hidden, hidden, projection], hidden: "norm relu", end: "bias" };
}

export const swav: SslMethod<SwavConfig, readonly [BatchView, BatchView], Outputs> = {
  id: "swav",
  source: "Caron et al. 2020, arXiv:2006.09882, eqs. 1-5",
  defaults: swavInfo.defaults,

  init(setting, _batch, rng) {
    const { projection, prototypes, queue } = setting.config;
    const network = joined({
      encoder: initEncoder(setting.encoder, rng, { outputBias: false }),
      projector: initMlp(projectorOf(setting), rng),
    });
    const weights = { ...network.weights, "prototypes.weight": linearInit([projection, prototypes], projection, rng) };
    if (queue === 0) return { weights, buffers: network.buffers };
    const queues = Object.fromEntries([0, 1].map((view) => [`queue.${view}`, randomQueue(queue, projection, rng)]));
    return { weights, buffers: { ...network.buffers, ...queues } };
  },

  augment: drawTwoViews,

  forward(params, views, setting, mode) {
    const projector = projectorOf(setting);
    const weight = params.weights["prototypes.weight"] as tf.Tensor2D;
    const prototypes = tf.transpose(normalizeRows(tf.transpose(weight))) as tf.Tensor2D;
    const run = (view: BatchView, stream: number) => {
      const { embedding, statistics } = encodeView(params, view, setting.encoder, mode, stream);
      const { y, statistics: own } = mlp(partOf(params, "projector"), projector, embedding, mode.kind);
      const z = normalizeRows(y);
      return { z, scores: dense(z, prototypes), statistics: { encoder: statistics, heads: { projector: own } } };
    };
    const [a, b] = [run(views[0], 0), run(views[1], 1)];
    const earlier = (view: number) => constant(() => dense(params.buffers[`queue.${view}`] as tf.Tensor2D, prototypes));
    return {
      z: [a.z, b.z],
      scores: [a.scores, b.scores],
      ...(setting.config.queue > 0 ? { earlier: [earlier(0), earlier(1)] as const } : {}),
      statistics: [a.statistics, b.statistics],
    };
  },

  loss({ scores: [s1, s2], earlier }, { temperature, epsilon, iterations }) {
    return swavLoss(s1, s2, { temperature, epsilon, iterations, ...(earlier ? { queue: earlier } : {}) });
  },

  update({ buffers }, { z, statistics }, { queue }): NamedTensors {
    const moved = movedBuffers(buffers, statistics);
    if (queue === 0) return moved;
    const next = (view: 0 | 1) => enqueue(buffers[`queue.${view}`] as tf.Tensor2D, z[view]);
    return { ...moved, "queue.0": next(0), "queue.1": next(1) };
  },

  embed: (params, batch, { encoder }) => embedPlainly(params, batch, encoder),

  prototypesOf(params, batch, setting) {
    const view = plainView(batch);
    const { scores } = swav.forward(params, [view, view], setting, { kind: "evaluation" });
    return tf.cast(tf.argMax(scores[0], 1), "float32");
  },

  /** 1 - cos of the projections of a cell's two views. */
  cellLosses(params, batch, setting, rng) {
    const views = drawTwoViews(batch, setting.config, rng);
    const { z } = swav.forward(params, views, setting, { kind: "evaluation" });
    return distances(z[0], z[1]);
  },
};
