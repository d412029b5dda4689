/**
 * @file What BYOL and BGRL share: the fast network foretells, from one view, what the slow network makes of the other. No
 * negatives; that the slow network is a moving average and gets no gradient keeps both from agreeing on nothing.
 */
import * as tf from "@tensorflow/tfjs-core";
import { initEncoder } from "../nn/init-encoder";
import { initMlp, type MlpSpec, mlp, normsFirst } from "../nn/mlp";
import { negativeCosine } from "./losses/negative-cosine";
import type { Setting, SslMethod } from "./method";
import type { MethodConfig } from "./method-info";
import { distances, joined, movedBuffers, type NetworkStatistics, partOf } from "./networks";
import { slowAfter, slowCopy, slowOutput } from "./slow-network";
import { type BatchView, drawTwoViews, embedPlainly, encodeView } from "./two-views";
import type { TwoViewsConfig } from "./two-views-config";

export interface Foretold {
  readonly predictions: readonly [tf.Tensor2D, tf.Tensor2D]; // from view 1 and view 2
  readonly targets: readonly [tf.Tensor2D, tf.Tensor2D]; // of view 1 and view 2; constant
  readonly statistics: readonly NetworkStatistics[];
}

type BootstrapConfig = TwoViewsConfig & MethodConfig & { readonly momentum: number };

export interface Bootstrapping<Config extends BootstrapConfig> {
  readonly id: string;
  readonly source: string;
  readonly defaults: Readonly<Config>;
  /** Between encoder and predictor, in both networks; null for none. */
  projector(setting: Setting<Config>): MlpSpec | null;
  predictor(setting: Setting<Config>): MlpSpec;
}

const SLOW = "target";

export function bootstrapping<Config extends BootstrapConfig>(
  own: Bootstrapping<Config>,
): SslMethod<Config, readonly [BatchView, BatchView], Foretold> {
  const method: SslMethod<Config, readonly [BatchView, BatchView], Foretold> = {
    id: own.id,
    source: own.source,
    defaults: own.defaults,

    init(setting, _batch, rng) {
      const [projector, predictor] = [own.projector(setting), own.predictor(setting)];
      const fast = joined({
        encoder: initEncoder(setting.encoder, rng, { outputBias: !normsFirst(projector ?? predictor) }),
        ...(projector ? { projector: initMlp(projector, rng) } : {}),
        predictor: initMlp(predictor, rng),
      });
      return { weights: fast.weights, buffers: { ...fast.buffers, ...slowCopy(SLOW, fast, ["encoder", "projector"]) } };
    },

    augment: drawTwoViews,

    forward(params, views, setting, mode) {
      const [projector, predictor] = [own.projector(setting), own.predictor(setting)];
      const foretell = (view: BatchView, stream: number) => {
        const { embedding, statistics } = encodeView(params, view, setting.encoder, mode, stream);
        const z = projector ? mlp(partOf(params, "projector"), projector, embedding, mode.kind) : null;
        const p = mlp(partOf(params, "predictor"), predictor, z?.y ?? embedding, mode.kind);
        const heads = { predictor: p.statistics, ...(z ? { projector: z.statistics } : {}) };
        return { y: p.y, statistics: { encoder: statistics, heads } };
      };
      const slow = (view: BatchView) => slowOutput(SLOW, params, view, setting.encoder, projector);
      const targets = [slow(views[0]), slow(views[1])] as const;
      const [first, second] = [foretell(views[0], 0), foretell(views[1], 1)];
      return { predictions: [first.y, second.y], targets, statistics: [first.statistics, second.statistics] };
    },

    /** 2 - 2 cos, of both views. */
    loss({ predictions: [p1, p2], targets: [t1, t2] }) {
      const both = tf.add(negativeCosine(p1, t2), negativeCosine(p2, t1));
      return tf.add(4, tf.mul(2, both));
    },

    update: (params, { statistics }, { momentum }) => ({
      ...movedBuffers(params.buffers, statistics),
      ...slowAfter(SLOW, params, momentum),
    }),

    embed: (params, batch, { encoder }) => embedPlainly(params, batch, encoder),

    /** 1 - cos of what is foretold from the first view with what the slow network makes of the second. */
    cellLosses(params, batch, setting, rng) {
      const views = drawTwoViews(batch, setting.config, rng);
      const { predictions, targets } = method.forward(params, views, setting, { kind: "evaluation" });
      return distances(predictions[0], targets[1]);
    },
  };
  return method;
}
