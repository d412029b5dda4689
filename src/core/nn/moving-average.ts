import * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./tensors";

/**
 * ξ ← m ξ + (1 - m) θ for every tensor of a network, by name.
 *
 * @param average   ξ, the slow network
 * @param current   θ; must hold every name of ξ
 * @param momentum  m in [0, 1]
 * Source: He et al. 2020, arXiv:1911.05722, eq. 2; Grill et al. 2020, arXiv:2006.07733, eq. 1.
 */
export function movingAverage(average: NamedTensors, current: NamedTensors, momentum: number): NamedTensors {
  return Object.fromEntries(
    Object.entries(average).map(([name, slow]) => [
      name,
      tf.add(tf.mul(slow, momentum), tf.mul(current[name], 1 - momentum)),
    ]),
  );
}
