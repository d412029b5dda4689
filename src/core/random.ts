/** Uniform draw in [0, 1) with 32 random bits. Passed in wherever chance plays a part, never global. */
export type Rng = () => number;

/**
 * Seeded generator with 128 bits of state and period 2^128 - 1.
 *
 * Source: Blackman & Vigna 2021, xoshiro128**; state filled from the seed by splitmix32.
 * Not for cryptography.
 */
export function createRng(seed: number): Rng {
  let mix = seed | 0;
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let t = mix ^ (mix >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let d = splitmix();
  return () => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return (result >>> 0) / 4294967296;
  };
}

/** An independent stream: the same seed and stream number give the same draws, whatever was drawn before. */
export function deriveRng(seed: number, stream: number): Rng {
  return createRng(hash32(hash32(seed) ^ Math.imul(stream + 1, 0x9e3779b1)));
}

/**
 * Integer hash (avalanching, bijective on 32 bits); the counter-based generator of the kernels.
 * Source: the "lowbias32" constants found by Wellons' hash prospector.
 */
export function hash32(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/** Standard normal draw. Source: Box & Muller 1958; one of the pair is used, so a draw costs two uniforms. */
export function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

/** Integer in [0, n). */
export function integer(rng: Rng, n: number): number {
  return Math.floor(rng() * n);
}

/** Shuffles `values` in place. Source: Fisher & Yates 1938, Durstenfeld's form. */
export function shuffle<T extends { length: number; [i: number]: number }>(values: T, rng: Rng): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = integer(rng, i + 1);
    const v = values[i] as number;
    values[i] = values[j] as number;
    values[j] = v;
  }
  return values;
}
