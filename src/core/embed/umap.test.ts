import { describe, expect, it } from "vitest";
import { createRng, normal } from "../random";
import { nearestNeighbours } from "./knn";
import { createUmap } from "./umap";

const [n, d] = [240, 8];
const groups = 3;
/** Three groups far apart. */
const x = (() => {
  const rng = createRng(5);
  return Float32Array.from({ length: n * d }, (_, e) => normal(rng) + (e % d === Math.floor(e / d) % groups ? 12 : 0));
})();

describe("umap", () => {
  it("keeps groups together that are far apart", async () => {
    const umap = await createUmap(x, { n, d, seed: 1, epochs: 200 });
    const y = await umap.run();
    umap.dispose();
    const map = await nearestNeighbours(y, { n, d: 2, k: 5 });
    let same = 0;
    map.indices.forEach((j, e) => {
      if (j % groups === Math.floor(e / 5) % groups) same++;
    });
    expect(same / map.indices.length).toBeGreaterThan(0.98);
  });

  it("gives the same map for the same seed, with its own neighbours or given ones", async () => {
    const knn = await nearestNeighbours(x, { n, d, k: 20 });
    const maps = [];
    for (const options of [{}, { knn }, { knn }]) {
      const umap = await createUmap(x, { n, d, seed: 3, epochs: 30, ...options });
      maps.push(await umap.run());
      umap.dispose();
    }
    expect(maps[1]).toEqual(maps[0]);
    expect(maps[2]).toEqual(maps[0]);
  });

  it("shows positions on the way, can pause, and ends where an unwatched run ends", async () => {
    const seen: number[] = [];
    const steps: Float32Array[] = [];
    const umap = await createUmap(x, { n, d, seed: 3, epochs: 30 });
    const onPositions = (positions: Float32Array, epoch: number): void => {
      seen.push(epoch);
      steps.push(positions);
    };
    await umap.run(undefined, { every: 5, onPositions }, 15);
    expect(umap.epoch).toBe(15);
    const y = await umap.run(undefined, { every: 10, onPositions });
    expect(seen).toEqual([5, 10, 15, 25, 30]);
    expect(steps[0]).not.toEqual(steps[1]);
    const other = await createUmap(x, { n, d, seed: 3, epochs: 30 });
    expect(await other.run(undefined, { every: 30 })).toEqual(y);
    umap.dispose();
    other.dispose();
  });

  it("stops when asked and keeps what there is", async () => {
    let told = 0;
    const task = {
      progress: () => {
        told++;
      },
      get cancelled() {
        return told > 3;
      },
    };
    const umap = await createUmap(x, { n, d, epochs: 100 });
    await expect(umap.run(task)).rejects.toThrowError(/UMAP was cancelled/);
    expect(umap.epoch).toBe(20);
    expect(umap.positions().every(Number.isFinite)).toBe(true);
    umap.dispose();
  });

  it("refuses more neighbours than there are cells", async () => {
    await expect(createUmap(x.slice(0, 5 * d), { n: 5, d })).rejects.toThrowError(/2 to 4 for 5 cells/);
  });
});
