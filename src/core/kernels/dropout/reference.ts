import { hash32 } from "../../random";

/** How a rate and a seed become the kernels' integers: element i stays when hash32(i ^ key) >= threshold. */
export function dropoutKey({ rate, seed }: { rate: number; seed: number }): {
  key: number;
  threshold: number;
  scale: number;
} {
  return { key: hash32(seed), threshold: Math.min(0xffffffff, Math.round(rate * 2 ** 32)), scale: 1 / (1 - rate) };
}

/** out[i] = x[i] * scale where the hash of i keeps it, else 0. */
export function dropoutReference(
  x: ArrayLike<number>,
  { key, threshold, scale }: { key: number; threshold: number; scale: number },
): Float32Array {
  return Float32Array.from(x, (v, i) => (hash32(i ^ key) >= threshold ? v * scale : 0));
}
