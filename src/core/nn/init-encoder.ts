import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../random";
import { type EncoderSpec, isNormed } from "./encoder-spec";
import { glorot, linearInit } from "./init";
import { initOwnPath } from "./own-path";
import type { Params } from "./tensors";

/**
 * Weights as torch_geometric initialises them, under the names of its state_dict.
 *
 * A convolution before a batch norm has no bias: the norm subtracts it again, its gradient is rounding noise, and
 * Adam would blow that noise up to full steps. A GATv2 then has none inside its attention either, as in its paper and
 * as torch_geometric's `bias=False` makes it.
 *
 * @param outputBias  false where a norm follows the encoder, as in a projector: then the last layer has none, for the
 *   same reason
 */
export function initEncoder(spec: EncoderSpec, rng: Rng, { outputBias = true } = {}): Params {
  const { backbone, layers, hidden, heads } = spec;
  const weights: Record<string, tf.Tensor> = {};
  const buffers: Record<string, tf.Tensor> = {};
  for (let i = 0; i < layers; i++) {
    const normed = isNormed(spec, i);
    const biased = !normed && (outputBias || i < layers - 1);
    const width = i === 0 ? spec.nVars : hidden;
    const conv = `convs.${i}`;
    if (backbone === "sage") {
      weights[`${conv}.lin_l.weight`] = linearInit([width, hidden], width, rng);
      if (biased) weights[`${conv}.lin_l.bias`] = linearInit([hidden], width, rng);
      weights[`${conv}.lin_r.weight`] = linearInit([width, hidden], width, rng);
    } else if (backbone === "gatv2") {
      for (const lin of ["lin_l", "lin_r"]) {
        weights[`${conv}.${lin}.weight`] = glorot([width, hidden], width, hidden, rng);
        if (biased) weights[`${conv}.${lin}.bias`] = linearInit([hidden], width, rng);
      }
      weights[`${conv}.att`] = glorot([1, heads, hidden / heads], heads, hidden / heads, rng);
      if (biased) weights[`${conv}.bias`] = tf.zeros([hidden]);
    } else {
      weights[`${conv}.lin.weight`] = glorot([width, hidden], width, hidden, rng);
      if (biased) weights[`${conv}.bias`] = tf.zeros([hidden]);
    }
    if (backbone === "gat") {
      const d = hidden / heads;
      weights[`${conv}.att_src`] = glorot([1, heads, d], heads, d, rng);
      weights[`${conv}.att_dst`] = glorot([1, heads, d], heads, d, rng);
    }
    if (normed) {
      weights[`norms.${i}.module.weight`] = tf.ones([hidden]);
      weights[`norms.${i}.module.bias`] = tf.zeros([hidden]);
      buffers[`norms.${i}.module.running_mean`] = tf.zeros([hidden]);
      buffers[`norms.${i}.module.running_var`] = tf.ones([hidden]);
    }
  }
  const own = initOwnPath(spec, rng, outputBias);
  return { weights: { ...weights, ...own.weights }, buffers: { ...buffers, ...own.buffers } };
}
