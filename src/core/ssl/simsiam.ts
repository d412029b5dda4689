/**
 * @file SimSiam: each view's prediction is drawn to the other view's projection, through which no gradient passes. No
 * negatives and no slow network.
 *
 * Source: Chen & He 2021, arXiv:2011.10566, alg. 1; code facebookresearch/simsiam.
 * Differs: the projector is as wide as the encoder, and AdamW takes the place of SGD.
 */
import * as tf from "@tensorflow/tfjs-core";
import { initEncoder } from "../nn/init-encoder";
import { initMlp, type MlpSpec, mlp } from "../nn/mlp";
import { negativeCosine } from "./losses/negative-cosine";
import type { Setting, SslMethod } from "./method";
import { distances, joined, movedBuffers, type NetworkStatistics, partOf } from "./networks";
import { type SimsiamConfig, simsiamInfo } from "./simsiam-config";
import { type BatchView, drawTwoViews, embedPlainly, encodeView } from "./two-views";

interface Outputs {
  readonly z: readonly [tf.Tensor2D, tf.Tensor2D];
  readonly p: readonly [tf.Tensor2D, tf.Tensor2D];
  readonly statistics: readonly NetworkStatistics[];
}

/** The last norm has no weight and bias of its own, so that a channel cannot be switched off. */
function projectorOf({ encoder: { hidden }, config: { projection } }: Setting<SimsiamConfig>): MlpSpec {
  return { widths: [hidden, hidden, hidden, projection], hidden: "norm relu", end: "plain norm" };
}

/** Narrow in the middle by a quarter, as the authors'. */
function predictorOf({ config: { projection } }: Setting<SimsiamConfig>): MlpSpec {
  return { widths: [projection, Math.ceil(projection / 4), projection], hidden: "norm relu", end: "bias" };
}

export const simsiam: SslMethod<SimsiamConfig, readonly [BatchView, BatchView], Outputs> = {
  id: "simsiam",
  source: "Chen & He 2021, arXiv:2011.10566, alg. 1",
  defaults: simsiamInfo.defaults,

  init(setting, _batch, rng) {
    return joined({
      encoder: initEncoder(setting.encoder, rng, { outputBias: false }),
      projector: initMlp(projectorOf(setting), rng),
      predictor: initMlp(predictorOf(setting), rng),
    });
  },

  augment: drawTwoViews,

  forward(params, views, setting, mode) {
    const run = (view: BatchView, stream: number) => {
      const { embedding, statistics } = encodeView(params, view, setting.encoder, mode, stream);
      const z = mlp(partOf(params, "projector"), projectorOf(setting), embedding, mode.kind);
      const p = mlp(partOf(params, "predictor"), predictorOf(setting), z.y, mode.kind);
      const heads = { projector: z.statistics, predictor: p.statistics };
      return { z: z.y, p: p.y, statistics: { encoder: statistics, heads } };
    };
    const [a, b] = [run(views[0], 0), run(views[1], 1)];
    return { z: [a.z, b.z], p: [a.p, b.p], statistics: [a.statistics, b.statistics] };
  },

  loss: ({ z: [z1, z2], p: [p1, p2] }) => tf.div(tf.add(negativeCosine(p1, z2), negativeCosine(p2, z1)), 2),

  update: ({ buffers }, { statistics }) => movedBuffers(buffers, statistics),

  embed: (params, batch, { encoder }) => embedPlainly(params, batch, encoder),

  /** 1 - cos of the first view's prediction with the second view's projection. */
  cellLosses(params, batch, setting, rng) {
    const views = drawTwoViews(batch, setting.config, rng);
    const { z, p } = simsiam.forward(params, views, setting, { kind: "evaluation" });
    return distances(p[0], z[1]);
  },
};
