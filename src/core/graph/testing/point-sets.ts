import { createRng, integer, normal, type Rng } from "../../random";
import type { SpatialGraph } from "../spatial-graph";

/** Positions that have broken neighbour searches before; the same for the same seed. Shape (n, 2). */
export const pointSets: Record<string, (seed: number) => Float32Array> = {
  uniform: (seed) => draw(seed, 160, (rng) => [350 * rng(), 300 * rng()]),
  clusters: (seed) =>
    draw(seed, 150, (rng) => [100 * integer(rng, 4) + normal(rng), 100 * integer(rng, 3) + normal(rng)]),
  "a square lattice": () =>
    Float32Array.from({ length: 2 * 144 }, (_, i) => 25 * (i % 2 ? Math.floor(i / 24) : (i >> 1) % 12)),
  "cells recorded twice": (seed) => draw(seed, 110, (rng) => [integer(rng, 12), integer(rng, 12)]),
  "one line": (seed) => draw(seed, 60, (rng) => [0, -50 * rng()]),
  "all in one place": () => new Float32Array(2 * 40).fill(7),
  "stray cells far away": (seed) => draw(seed, 110, (rng, i) => (i < 5 ? [1e6 * rng(), -1e6 * rng()] : [rng(), rng()])),
  "far from the origin": (seed) => draw(seed, 110, (rng) => [-3e5 + 300 * rng(), 2e5 + 300 * rng()]),
};

function draw(seed: number, n: number, point: (rng: Rng, i: number) => [number, number]): Float32Array {
  const rng = createRng(seed);
  const positions = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) positions.set(point(rng, i), 2 * i);
  return positions;
}

/** Squared distance of two cells, in double precision. */
export function squaredDistance(positions: Float32Array, i: number, j: number): number {
  return (positions[2 * i] - positions[2 * j]) ** 2 + (positions[2 * i + 1] - positions[2 * j + 1]) ** 2;
}

/** Rows of a graph as lists. */
export function rowsOf({ nNodes, indptr, indices }: SpatialGraph): number[][] {
  return Array.from({ length: nNodes }, (_, i) => [...indices.subarray(indptr[i], indptr[i + 1])]);
}
