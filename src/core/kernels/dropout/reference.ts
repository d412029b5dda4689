import { LabError } from "../../errors";
import { hash32 } from "../../random";

/** Which elements fall out: a share in [0, 1), and a 32-bit integer that is new for every step and layer. */
export interface Dropout {
  readonly rate: number;
  readonly seed: number;
}

/** A Dropout in the kernels' integers. */
export interface DropoutKey {
  readonly key: number;
  readonly threshold: number;
  readonly scale: number;
}

/**
 * How a rate and a seed become the kernels' integers: element i stays when hash32(i ^ key) >= threshold.
 *
 * @throws LabError("range") if rate is outside [0, 1).
 */
export function dropoutKey({ rate, seed }: Dropout): { key: number; threshold: number; scale: number } {
  if (!(rate >= 0 && rate < 1)) throw new LabError("range", `dropout rate: expected [0, 1), got ${rate}.`);
  return { key: hash32(seed), threshold: Math.min(0xffffffff, Math.round(rate * 2 ** 32)), scale: 1 / (1 - rate) };
}

/** What the mask multiplies element i by. */
export function dropFactor({ key, threshold, scale }: DropoutKey): (element: number) => number {
  return (element) => (hash32(element ^ key) >= threshold ? scale : 0);
}

/** out[i] = x[i] * scale where the hash of i keeps it, else 0. */
export function dropoutReference(x: ArrayLike<number>, options: DropoutKey): Float32Array {
  const factor = dropFactor(options);
  return Float32Array.from(x, (v, i) => (factor(i) === 0 ? 0 : v * options.scale));
}
