import { hash32 } from "../random";

/** Smooth random field over the plane, in [-1, 1], features about one unit wide. */
export type Noise = (x: number, y: number) => number;

/** Value noise: random heights on the integer grid, blended so that slope and curvature are continuous. */
export function createNoise(seed: number): Noise {
  const salt = hash32(seed);
  const height = (i: number, j: number): number => hash32(hash32(salt ^ i) ^ Math.imul(j, 0x9e3779b1)) / 2147483648 - 1;
  return (x, y) => {
    const i = Math.floor(x);
    const j = Math.floor(y);
    const u = ease(x - i);
    const v = ease(y - j);
    const low = height(i, j) * (1 - u) + height(i + 1, j) * u;
    const high = height(i, j + 1) * (1 - u) + height(i + 1, j + 1) * u;
    return low * (1 - v) + high * v;
  };
}

/** Source: Perlin 2002, 6t⁵ - 15t⁴ + 10t³. */
function ease(t: number): number {
  return t * t * t * (t * (6 * t - 15) + 10);
}
