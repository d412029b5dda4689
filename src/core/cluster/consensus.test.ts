import { describe, expect, it } from "vitest";
import { createRng, integer, normal } from "../random";
import { consensusClusters } from "./consensus";
import { evaluateClusters } from "./evaluate";
import { mixtureClusters } from "./mixture-clusters";
import { mixtureConsensus } from "./mixture-consensus";

const agreement = (codes: Int32Array, truth: Int32Array) =>
  evaluateClusters(codes, { name: "truth", codes: truth }).ari;

/** Cells of four kinds, each with that share of its codes replaced by another, under names of their own. */
function noisyCopies(n: number, copies: number, noise: number, seed: number) {
  const rng = createRng(seed);
  const truth = Int32Array.from({ length: n }, (_, i) => i % 4);
  const partitions = Array.from({ length: copies }, (_, b) =>
    truth.map((code) => ((rng() < noise ? integer(rng, 4) : code) + b) % 4),
  );
  return { truth, partitions };
}

describe("the consensus of partitions", () => {
  it("is the partition itself where all agree, whatever they call the clusters", () => {
    const codes = Int32Array.of(0, 0, 0, 1, 1, 2);
    const others = Int32Array.of(2, 2, 2, 0, 0, 1);
    const found = consensusClusters([codes, others, codes], { k: 3 });
    expect([...found.codes]).toEqual([...codes]);
    expect(found.nClusters).toBe(3);
  });

  it("is nearer to the truth than every partition with errors of its own", () => {
    for (const seed of [1, 2, 3]) {
      const { truth, partitions } = noisyCopies(600, 9, 0.3, seed);
      const alone = partitions.map((codes) => agreement(codes, truth));
      const { codes, nClusters } = consensusClusters(partitions, { k: 4 });
      expect(nClusters).toBe(4);
      expect(agreement(codes, truth)).toBeGreaterThan(Math.max(...alone) + 0.2);
    }
  });

  it("weighs cells, not groups of cells, when it takes a mean distance", () => {
    // a (6 cells) and b (1) are joined first; c is 3/5 from a and 5/5 from b, d 5/5 from a and 2/5 from b:
    // by cells c is the nearer (23/35 against 32/35), by groups d (28/35 against 24.5/35)
    const tuples: Record<string, number[]> = {
      a: [0, 0, 0, 0, 0],
      b: [0, 0, 0, 0, 1],
      c: [0, 0, 1, 2, 2],
      d: [3, 3, 3, 0, 1],
    };
    const cells = ["a", "a", "a", "a", "a", "a", "b", "c", "d"];
    const partitions = [0, 1, 2, 3, 4].map((p) => Int32Array.from(cells, (name) => tuples[name][p]));
    const { codes } = consensusClusters(partitions, { k: 2 });
    expect(new Set(codes.subarray(0, 8)).size).toBe(1);
    expect(codes[8]).not.toBe(codes[0]);
  });

  it("puts the cells of groups beyond the limit where most cells stand with them", () => {
    const { truth, partitions } = noisyCopies(2000, 7, 0.2, 4);
    const whole = consensusClusters(partitions, { k: 4 });
    const limited = consensusClusters(partitions, { k: 4, mostGroups: 60 });
    expect(limited.nClusters).toBe(4);
    expect(agreement(limited.codes, whole.codes)).toBeGreaterThan(0.95);
    expect(agreement(limited.codes, truth)).toBeGreaterThan(0.9);
  });

  it("has fewer clusters where there are fewer groups, and says what it refuses", () => {
    const codes = Int32Array.of(0, 0, 1);
    expect(consensusClusters([codes], { k: 5 }).nClusters).toBe(2);
    expect(consensusClusters([codes], { k: 1 }).nClusters).toBe(1);
    expect(() => consensusClusters([], { k: 2 })).toThrowError(/no partition/);
    expect(() => consensusClusters([codes], { k: 0 })).toThrowError(/clusters from 1/);
    expect(() => consensusClusters([codes, Int32Array.of(0)], { k: 2 })).toThrowError(/Consensus, cells/);
    const cancelled = { progress() {}, cancelled: true };
    const many = noisyCopies(3000, 9, 0.5, 5).partitions;
    expect(() => consensusClusters(many, { k: 4 }, cancelled)).toThrowError(/cancelled/);
  });
});

describe("the consensus of mixtures", () => {
  const [n, d, k] = [600, 24, 5];
  const rng = createRng(7);
  const truth = Int32Array.from({ length: n }, (_, i) => i % k);
  const centres = Float32Array.from({ length: k * d }, () => 0.9 * normal(rng));
  const x = Float32Array.from(
    { length: n * d },
    (_, e) => centres[truth[Math.floor(e / d)] * d + (e % d)] + normal(rng),
  );

  it("finds the components that made the points, the same for the same seed", () => {
    const { codes, nClusters } = mixtureConsensus(x, { n, d, k });
    expect(nClusters).toBe(k);
    expect(agreement(codes, truth)).toBeGreaterThan(0.9);
    expect(mixtureConsensus(x, { n, d, k }).codes).toEqual(codes);
  });

  it("hears every network whose embedding stands in x, and finds what each alone sees only in part", () => {
    // each half tells two of the four kinds from the rest, and neither all of them
    const kinds = Int32Array.from({ length: n }, (_, i) => i % 4);
    const halves = Float32Array.from({ length: n * 8 }, (_, e) => {
      const [kind, column] = [kinds[Math.floor(e / 8)], e % 8];
      const shown = column < 4 ? kind % 2 : kind >> 1;
      return 6 * shown * (column % 4 === 0 ? 1 : 0) + normal(rng);
    });
    const each = { n, d: 8, k: 2, networks: 2, components: [2, 3, 4] };
    const { codes } = mixtureConsensus(halves, each);
    expect(codes).toEqual(mixtureConsensus(halves, each).codes);
    const [first, second] = [0, 4].map((from) => {
      const half = halves.filter((_, e) => e % 8 >= from && e % 8 < from + 4);
      return mixtureClusters(half, { n, d: 4, k: 2, nComponents: 4, starts: 5 }).codes;
    });
    expect(agreement(first, second)).toBeLessThan(0.1);
    expect(agreement(codes, first) + agreement(codes, second)).toBeGreaterThan(0.5);
    expect(() => mixtureConsensus(halves, { n, d: 8, k: 2, networks: 3 })).toThrowError(/3 embeddings of one width/);
  });

  it("fits as many mixtures as it is told, each from starts of its own", () => {
    const task = { steps: new Set<number>(), progress: (done: number) => void task.steps.add(done), cancelled: false };
    mixtureConsensus(x, { n, d, k, components: [4, 6], repeats: 3 }, task);
    expect(task.steps.size).toBe(6);
    const one = mixtureConsensus(x, { n, d, k: 8, components: [4], starts: 1 }).codes;
    expect(mixtureConsensus(x, { n, d, k: 8, components: [4], starts: 1, repeats: 5 }).codes).not.toEqual(one);
  });

  it("is the mixture alone where the embedding has fewer dimensions than asked for", () => {
    const narrow = x.filter((_, e) => e % d < 4);
    const alone = mixtureClusters(narrow, { n, d: 4, k, nComponents: 4, starts: 5 });
    expect(agreement(mixtureConsensus(narrow, { n, d: 4, k }).codes, alone.codes)).toBe(1);
  });
});
