/**
 * @file What SimCLR, VICReg, Barlow Twins and GRACE share: encoder and projector on two views, one loss of both
 * projections. They differ in that loss and in the projector.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Encoded, updateRunningStatistics } from "../nn/encoder";
import { initEncoder } from "../nn/init-encoder";
import { initMlp, type Mapped, type MlpSpec, mlp, updateMlpStatistics } from "../nn/mlp";
import { type Params, underPrefix, withPrefix } from "../nn/tensors";
import { rowCosines } from "./losses/row-cosines";
import type { Setting, SslMethod } from "./method";
import type { MethodConfig } from "./method-info";
import { type BatchView, drawTwoViews, embedPlainly, encodeView } from "./two-views";
import type { TwoViewsConfig } from "./two-views-config";

export interface TwoProjections {
  readonly z: readonly [tf.Tensor2D, tf.Tensor2D]; // (nTargets, projection)
  readonly statistics: readonly { readonly encoder: Encoded["statistics"]; readonly projector: Mapped["statistics"] }[];
}

type TwoViews = readonly [BatchView, BatchView];

export interface JointEmbedding<Config> {
  readonly id: string;
  readonly source: string;
  readonly defaults: Readonly<Config>;
  projector(setting: Setting<Config & object>): MlpSpec;
  loss(z1: tf.Tensor2D, z2: tf.Tensor2D, config: Config): tf.Scalar;
}

export function jointEmbedding<Config extends TwoViewsConfig & MethodConfig>(
  own: JointEmbedding<Config>,
): SslMethod<Config, TwoViews, TwoProjections> {
  const method: SslMethod<Config, TwoViews, TwoProjections> = {
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
        return { z: y, statistics: { encoder: statistics, projector: own } };
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

/** 1 - cos of every row of both, (nRows,). */
export function distances(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor1D {
  return tf.reshape(tf.sub(1, rowCosines(a, b)), [-1]);
}

/** Whether a batch norm follows the first linear layer: then a bias before it would cancel. */
export function normsFirst({ widths, end }: MlpSpec): boolean {
  return widths.length > 2 || end === "norm" || end === "plain norm";
}

/** Several networks as one, each under its name. */
export function joined(parts: Readonly<Record<string, Params>>): Params {
  const all = (kind: keyof Params) =>
    Object.assign({}, ...Object.entries(parts).map(([name, part]) => withPrefix(name, part[kind])));
  return { weights: all("weights"), buffers: all("buffers") };
}

export function partOf({ weights, buffers }: Params, name: string): Params {
  return { weights: underPrefix(name, weights), buffers: underPrefix(name, buffers) };
}

/** Running statistics of encoder and projector after both views, one after the other; other buffers as they are. */
export function movedBuffers(buffers: Params["buffers"], statistics: TwoProjections["statistics"]): Params["buffers"] {
  let now = buffers;
  for (const { encoder, projector } of statistics) {
    const moved = {
      ...withPrefix("encoder", updateRunningStatistics(underPrefix("encoder", now), encoder)),
      ...withPrefix("projector", updateMlpStatistics(underPrefix("projector", now), projector)),
    };
    now = { ...now, ...moved };
  }
  return now;
}
