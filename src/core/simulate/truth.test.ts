import { describe, expect, it } from "vitest";
import { simulateSlice, type TissueName } from "./simulate-slice";
import { createSimulation } from "./simulation";

/** The three nearest of every cell, by trying all. */
function nearest(spatial: Float32Array, k: number): number[][] {
  const n = spatial.length / 2;
  return Array.from({ length: n }, (_, i) => {
    const d = Float64Array.from({ length: n }, (_, j) =>
      j === i ? Infinity : (spatial[2 * i] - spatial[2 * j]) ** 2 + (spatial[2 * i + 1] - spatial[2 * j + 1]) ** 2,
    );
    const order = Uint32Array.from(d.keys()).sort((a, b) => d[a] - d[b]);
    return [...order.subarray(0, k)];
  });
}

describe("the truth of a simulated tissue", () => {
  for (const tissue of ["cortex", "embryo", "hypothalamus"] as const satisfies readonly TissueName[]) {
    it(`has domains that hold together: neighbours share them more often than cell types (${tissue})`, () => {
      const { cells, type } = createSimulation({ tissue, nCells: 800, nGenes: 10 });
      const rows = nearest(cells.spatial, 3);
      const sharing = (codes: Int8Array) =>
        rows.flatMap((row, i) => row.map((j): number => (codes[i] === codes[j] ? 1 : 0))).reduce((a, b) => a + b, 0) /
        2400;
      expect(sharing(cells.domain)).toBeGreaterThan(0.65);
      expect(sharing(type)).toBeLessThan(0.45);
    });

    it(`lets most cell types live in several domains, so that one cell seldom tells where it is (${tissue})`, () => {
      const { plan, cells, type } = createSimulation({ tissue, nCells: 3000, nGenes: 10 });
      const counts = plan.types.map(() => new Float64Array(plan.domains.length));
      for (let i = 0; i < 3000; i++) counts[type[i]][cells.domain[i]]++;
      // best guess of the domain from the true type alone
      const known = counts.reduce((sum, row) => sum + Math.max(...row), 0) / 3000;
      expect(known).toBeLessThan(0.62);
    });
  }

  it("moves genes of the axis along it, up or down", () => {
    const slice = simulateSlice({ tissue: "cortex", nCells: 2000, nGenes: 100, librarySize: 400 });
    const { programs, cells } = createSimulation({ tissue: "cortex", nCells: 2000, nGenes: 100, librarySize: 400 });
    const steep = [...programs.slope.keys()].filter((g) => programs.slope[g] !== 0);
    expect(steep.length).toBeGreaterThan(4);
    for (const gene of steep) {
      const mean = [0, 0];
      const size = [0, 0];
      for (let i = 0; i < 2000; i++) {
        const half = cells.axis[i] < 0.5 ? 0 : 1;
        size[half]++;
        for (let e = slice.X.indptr[i]; e < slice.X.indptr[i + 1]; e++)
          if (slice.X.indices[e] === gene) mean[half] += slice.X.data[e];
      }
      expect(Math.sign(mean[1] / size[1] - mean[0] / size[0])).toBe(Math.sign(programs.slope[gene]));
      expect(slice.varNames[gene]).toMatch(/^depth_\d\d$/);
    }
  });

  it("changes gradually from section to section", () => {
    const share = (level: number) => {
      const { cells } = createSimulation({ tissue: "hypothalamus", nCells: 5000, nSections: 5, nGenes: 10 });
      const inMpn = cells.domain.reduce((n, d, i) => n + (cells.section[i] === level && d === 2 ? 1 : 0), 0);
      return inMpn / 1000;
    };
    expect(share(2)).toBeGreaterThan(share(1));
    expect(share(1)).toBeGreaterThan(share(0));
  });
});
