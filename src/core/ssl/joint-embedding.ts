/**
 * @file What SimCLR, VICReg, Barlow Twins and GRACE share: encoder and projector on two views, one loss of both
 * projections. They differ in that loss and in the projector.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { initEncoder } from "../nn/init-encoder";
import { initMlp, type MlpSpec, mlp, normsFirst } from "../nn/mlp";
import type { Setting, SslMethod } from "./method";
import type { MethodConfig } from "./method-info";
import { distances, joined, movedBuffers, type NetworkStatistics, partOf } from "./networks";
import { type BatchView, drawTwoViews, embedPlainly, encodeView } from "./two-views";
import type { TwoViewsConfig } from "./two-views-config";

export interface TwoProjections {
  readonly z: readonly [tf.Tensor2D, tf.Tensor2D]; // (nTargets, projection)
  readonly statistics: readonly NetworkStatistics[];
}

export interface JointEmbedding<Config> {
  readonly id: string;
  readonly source: string;
  readonly defaults: Readonly<Config>;
  projector(setting: Setting<Config & object>): MlpSpec;
  loss(z1: tf.Tensor2D, z2: tf.Tensor2D, config: Config): tf.Scalar;
}

export function jointEmbedding<Config extends TwoViewsConfig & MethodConfig>(
  own: JointEmbedding<Config>,
): SslMethod<Config, readonly [BatchView, BatchView], TwoProjections> {
  const method: SslMethod<Config, readonly [BatchView, BatchView], TwoProjections> = {
    id: own.id,
    source: own.source,
    defaults: own.defaults,

    init(setting, _batch, rng) {
      const projector = own.projector(setting);
      const parts = {
        encoder: initEncoder(setting.encoder, rng, { outputBias: !normsFirst(projector) }),
        projector: initMlp(projector, rng),
      };
      return joined(parts);
    },

    augment: drawTwoViews,

    forward(params, views, setting, mode) {
      const project = (view: BatchView, stream: number) => {
        const { embedding, statistics } = encodeView(params, view, setting.encoder, mode, stream);
        const { y, statistics: own } = mlp(partOf(params, "projector"), projector, embedding, mode.kind);
        return { z: y, statistics: { encoder: statistics, heads: { projector: own } } };
      };
      const projector = own.projector(setting);
      const [first, second] = [project(views[0], 0), project(views[1], 1)];
      return { z: [first.z, second.z], statistics: [first.statistics, second.statistics] };
    },

    loss: ({ z: [z1, z2] }, config) => own.loss(z1, z2, config),

    update: ({ buffers }, { statistics }) => movedBuffers(buffers, statistics),

    embed: (params, batch, { encoder }) => embedPlainly(params, batch, encoder),

    /** 1 - cos of the projections of a cell's two views. */
    cellLosses(params, batch, setting, rng) {
      const views = drawTwoViews(batch, setting.config, rng);
      const { z } = method.forward(params, views, setting, { kind: "evaluation" });
      return distances(z[0], z[1]);
    },
  };
  return method;
}
