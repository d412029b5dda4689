import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { jsonOf } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const cortex = "simulate --tissue cortex --cells 600 --genes 40 --sections 2 --seed 5".split(" ");

describe("a simulated slice", () => {
  let told: Record<string, unknown>;
  beforeAll(async () => {
    told = await jsonOf([...cortex, "a.arrow"], { cwd });
  }, 60_000);

  test("is told with the keys of inspect, and inspect tells the same of the file", async () => {
    const keys = "nObs nVars nnz totalCounts unit medianNeighbourDistance sections obs".split(" ");
    for (const key of keys) expect(told).toHaveProperty(key);
    expect(told).toMatchObject({ nObs: 600, nVars: 40, unit: { name: "µm", micronsPerUnit: 1 } });
    expect((told.sections as { cells: number }[]).map((s) => s.cells)).toEqual([300, 300]);
    const [domain] = told.obs as { kind: string; categories: { cells: number }[] }[];
    expect(domain.kind).toBe("categorical");
    expect(domain.categories.reduce((n, { cells }) => n + cells, 0)).toBe(600);
    expect(await jsonOf(["inspect", "a.arrow"], { cwd })).toEqual(told);
  });

  test("is the same file for the same seed, and another for another", async () => {
    await jsonOf([...cortex, "b.arrow"], { cwd });
    await jsonOf([...cortex.slice(0, -1), "6", "c.arrow"], { cwd });
    const [a, b, c] = ["a", "b", "c"].map((name) => readFileSync(join(cwd, `${name}.arrow`)));
    expect(b.equals(a)).toBe(true);
    expect(c.equals(a)).toBe(false);
  });

  test("comes back from convert as it was, byte for byte", async () => {
    expect(await jsonOf(["convert", "a.arrow", "d.arrow"], { cwd })).toEqual(told);
    expect(readFileSync(join(cwd, "d.arrow")).equals(readFileSync(join(cwd, "a.arrow")))).toBe(true);
  });

  test.each([
    { flags: [], edges: [3600, 600 * 6 * 2] },
    { flags: ["--knn", "6", "--symmetrize", "doubled"], edges: [7200, 7200] },
    { flags: ["--knn", "6", "--symmetrize", "none"], edges: [3600, 3600] },
    { flags: ["--radius", "40"], edges: [600, 60_000] },
    { flags: ["--delaunay"], edges: [3000, 3600] },
  ])("has a graph by $flags", async ({ flags, edges }) => {
    const graph = await jsonOf(["graph", "a.arrow", ...flags], { cwd });
    for (const key of "nodes edges isolated components medianDegree medianEdgeLength seconds".split(" "))
      expect(graph[key], key).toBeTypeOf("number");
    expect(graph.nodes).toBe(600);
    expect(graph.components).toBeGreaterThanOrEqual(2); // two sections
    expect(graph.edges).toBeGreaterThanOrEqual(edges[0]);
    expect(graph.edges).toBeLessThanOrEqual(edges[1]);
  });

  test("can be given another unit", async () => {
    const scaled = await jsonOf(["inspect", "a.arrow", "--microns-per-unit", "2"], { cwd });
    expect(scaled.medianNeighbourDistance).toBeCloseTo(2 * (told.medianNeighbourDistance as number), 4);
    expect(scaled.unit).toMatchObject({ micronsPerUnit: 2, origin: "set" });
  });
});

const merfish = fileURLToPath(new URL("../../shared/data/merfish_hypothalamus.h5ad", import.meta.url));
const hasData = existsSync(merfish);
if (!hasData) console.warn("cli: ../shared/data is absent, so no real slice was converted.");

test.skipIf(!hasData)("a real slice keeps its counts and labels when it is converted", async () => {
  const told = await jsonOf(["convert", merfish, "merfish.arrow"], { cwd });
  expect(told).toMatchObject({ nObs: 23855, nVars: 135 });
  const { name, ...rest } = await jsonOf(["inspect", "merfish.arrow"], { cwd });
  expect({ ...rest, name }).toEqual(told);
});
