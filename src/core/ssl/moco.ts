/**
 * @file MoCo: a view of a cell is told from a queue of other cells by the key that a slow copy of the network makes of its other
 * view. The queue holds more cells than a batch.
 *
 * Source: He et al. 2020, arXiv:1911.05722, alg. 1; the head and temperature of v2, Chen et al. 2020, arXiv:2003.04297.
 * Differs: the head has a batch norm, as the study's. Cells are not shuffled between devices for it: the slow network
 * normalises each view by its own batch. On the full graph the queue holds older keys of the batch's own cells too.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { initEncoder } from "../nn/init-encoder";
import { initMlp, type MlpSpec, mlp } from "../nn/mlp";
import { enqueue, randomQueue } from "./key-queue";
import { infoNceQueue } from "./losses/info-nce-queue";
import { normalizeRows } from "./losses/normalize-rows";
import type { Setting, SslMethod } from "./method";
import { type MocoConfig, mocoInfo } from "./moco-config";
import { distances, joined, movedBuffers, type NetworkStatistics, partOf } from "./networks";
import { slowAfter, slowCopy, slowOutput } from "./slow-network";
import { type BatchView, drawTwoViews, embedPlainly, encodeView } from "./two-views";

interface Outputs {
  readonly queries: tf.Tensor2D; // (nTargets, projection)
  readonly keys: tf.Tensor2D; // the same cells; constant
  readonly queue: tf.Tensor2D; // as it was; constant
  readonly statistics: readonly NetworkStatistics[];
}

const SLOW = "key";

function projectorOf({ encoder: { hidden }, config: { projection } }: Setting<MocoConfig>): MlpSpec {
  return { widths: [hidden, hidden, projection], hidden: "norm relu", end: "bias" };
}

export const moco: SslMethod<MocoConfig, readonly [BatchView, BatchView], Outputs> = {
  id: "moco",
  source: "He et al. 2020, arXiv:1911.05722, alg. 1; arXiv:2003.04297",
  defaults: mocoInfo.defaults,

  init(setting, _batch, rng) {
    const { queue, projection } = setting.config;
    const fast = joined({
      encoder: initEncoder(setting.encoder, rng, { outputBias: false }),
      projector: initMlp(projectorOf(setting), rng),
    });
    const slow = slowCopy(SLOW, fast, ["encoder", "projector"]);
    return { weights: fast.weights, buffers: { ...fast.buffers, ...slow, queue: randomQueue(queue, projection, rng) } };
  },

  augment: drawTwoViews,

  forward(params, views, setting, mode) {
    const projector = projectorOf(setting);
    const keys = slowOutput(SLOW, params, views[1], setting.encoder, projector);
    const { embedding, statistics } = encodeView(params, views[0], setting.encoder, mode);
    const { y, statistics: own } = mlp(partOf(params, "projector"), projector, embedding, mode.kind);
    const queue = params.buffers.queue.clone() as tf.Tensor2D; // outputs are freed, the buffer is not theirs
    return { queries: y, keys, queue, statistics: [{ encoder: statistics, heads: { projector: own } }] };
  },

  loss: ({ queries, keys, queue }, config) => infoNceQueue(queries, keys, queue, config),

  update: (params, { keys, queue, statistics }, { momentum }) => ({
    ...movedBuffers(params.buffers, statistics),
    ...slowAfter(SLOW, params, momentum),
    queue: enqueue(queue, normalizeRows(keys)),
  }),

  embed: (params, batch, { encoder }) => embedPlainly(params, batch, encoder),

  /** 1 - cos of a cell's query with its key. */
  cellLosses(params, batch, setting, rng) {
    const views = drawTwoViews(batch, setting.config, rng);
    const { queries, keys } = moco.forward(params, views, setting, { kind: "evaluation" });
    return distances(queries, keys);
  },
};
