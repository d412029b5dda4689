import { describe, expect, it } from "vitest";
import { drawCounts } from "./draw-counts";
import type { SimulateOptions } from "./options";
import { createSimulation, expectedCounts, type Simulation } from "./simulation";

/** Sums over all cells of each gene of a statistic of the counts, of its expectation and of its variance. */
function compare(simulation: Simulation) {
  const { nCells, nGenes, dropout, dispersion: r } = simulation.settings;
  const kept = 1 - dropout;
  const { indptr, indices, data } = drawCounts(simulation, 0, nCells);
  const sums = () => ({
    seen: new Float64Array(nGenes),
    mean: new Float64Array(nGenes),
    variance: new Float64Array(nGenes),
  });
  const total = sums();
  const nonzero = sums();
  const squared = sums();
  for (let i = 0; i < nCells; i++) {
    const expected = expectedCounts(simulation, i);
    for (let g = 0; g < nGenes; g++) {
      const m = expected[g];
      // moments of the negative binomial with mean m and size r, by its factorial moments
      const f2 = m ** 2 * (1 + 1 / r);
      const f3 = m ** 3 * (1 + 1 / r) * (1 + 2 / r);
      const f4 = m ** 4 * (1 + 1 / r) * (1 + 2 / r) * (1 + 3 / r);
      const second = kept * (f2 + m);
      const fourth = kept * (f4 + 6 * f3 + 7 * f2 + m);
      const p = kept * (1 - (1 + m / r) ** -r);
      total.mean[g] += kept * m;
      total.variance[g] += second - (kept * m) ** 2;
      nonzero.mean[g] += p;
      nonzero.variance[g] += p * (1 - p);
      squared.mean[g] += second;
      squared.variance[g] += fourth - second ** 2;
    }
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      total.seen[indices[e]] += data[e];
      nonzero.seen[indices[e]]++;
      squared.seen[indices[e]] += data[e] ** 2;
    }
  }
  return { total, nonzero, squared };
}

/** Mean square of (seen - mean) / deviation over genes: near 1 if the law is the one claimed. */
function spread({ seen, mean, variance }: ReturnType<typeof compare>["total"]): number {
  return seen.reduce((sum, x, g) => sum + (x - mean[g]) ** 2 / variance[g], 0) / seen.length;
}

const cases: Record<string, SimulateOptions> = {
  "by default": { tissue: "cortex", nCells: 1500, nGenes: 150 },
  "where most is zero and genes are skipped": {
    tissue: "hypothalamus",
    nCells: 3000,
    nGenes: 300,
    librarySize: 40,
    nSections: 2,
    batchEffect: 0.4,
  },
  "where nothing is zero": {
    tissue: "embryo",
    nCells: 600,
    nGenes: 60,
    librarySize: 20_000,
    dropout: 0,
    dispersion: 8,
  },
  "with heavy tails and dropout": { tissue: "embryo", nCells: 2000, nGenes: 100, dispersion: 0.4, dropout: 0.5 },
};

describe("drawn counts", () => {
  for (const [name, options] of Object.entries(cases))
    it(`follow the negative binomial in mean, zeros and second moment ${name}`, () => {
      const { total, nonzero, squared } = compare(createSimulation(options));
      // 60 to 300 genes: the mean of that many squared normals lies within 0.5 of 1 but for one seed in a million
      expect(Math.abs(spread(total) - 1)).toBeLessThan(0.5);
      if (options.librarySize !== 20_000) expect(Math.abs(spread(nonzero) - 1)).toBeLessThan(0.5);
      expect(Math.abs(spread(squared) - 1)).toBeLessThan(0.8);
    });

  it("vary between cells in library size as a log-normal, and by cell type", () => {
    const simulation = createSimulation({ tissue: "cortex", nCells: 4000, nGenes: 200 });
    const totals = Array.from({ length: 4000 }, (_, i) => expectedCounts(simulation, i).reduce((a, b) => a + b));
    const mean = totals.reduce((a, b) => a + b) / 4000;
    expect(Math.abs(mean / 200 - 1)).toBeLessThan(0.15);
    const ofType = totals.filter((_, i) => simulation.type[i] === 0).map(Math.log);
    const centre = ofType.reduce((a, b) => a + b) / ofType.length;
    const deviation = Math.sqrt(ofType.reduce((s, v) => s + (v - centre) ** 2, 0) / ofType.length);
    expect(deviation).toBeGreaterThan(0.32);
    expect(deviation).toBeLessThan(0.42);
  });

  it("miss the share of genes that dropout asks for", () => {
    const entries = [0, 0.3].map((dropout) => {
      const options: SimulateOptions = { tissue: "embryo", nCells: 1000, nGenes: 100, dropout };
      return drawCounts(createSimulation(options), 0, 1000).data.length;
    });
    expect(entries[1] / entries[0]).toBeCloseTo(0.7, 1);
  });

  it("come wholly from the soup at ambient 1: all cell types alike", () => {
    const own = createSimulation({ tissue: "cortex", nCells: 300, nGenes: 100, ambient: 0 });
    const soup = createSimulation({ tissue: "cortex", nCells: 300, nGenes: 100, ambient: 1 });
    expect(typeContrast(soup)).toBeLessThan(0.02);
    expect(typeContrast(own)).toBeGreaterThan(0.3);
  });

  it("differ between sections by the batch effect and not without one", () => {
    for (const batchEffect of [0, 0.5]) {
      const { programs } = createSimulation({ tissue: "cortex", nCells: 100, nGenes: 400, nSections: 2, batchEffect });
      const logs = Array.from({ length: 400 }, (_, g) => Math.log(programs.bySection[g] / programs.bySection[400 + g]));
      const deviation = Math.sqrt(logs.reduce((s, v) => s + v * v, 0) / 400);
      expect(deviation).toBeCloseTo(batchEffect * Math.SQRT2, 1);
    }
  });
});

/** Greatest difference between types in any gene's share of the counts, relative to the gene's share; axis set aside. */
function typeContrast({ profiles, plan, programs }: Simulation): number {
  let most = 0;
  const shareOf = (type: number) => {
    const { genes, share } = profiles(type, 1);
    const byGene = new Float64Array(genes.length);
    genes.forEach((g, j) => {
      byGene[g] = programs.byDomain[programs.slope.length + g] === 1 ? share[j] : 0;
    });
    return byGene;
  };
  const first = shareOf(0);
  for (let type = 1; type < plan.types.length; type++)
    shareOf(type).forEach((share, g) => {
      if (share > 0) most = Math.max(most, Math.abs(share / first[g] - 1));
    });
  return most;
}
