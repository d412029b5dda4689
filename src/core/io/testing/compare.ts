import { expect } from "vitest";
import { geneColumn } from "../../slice/gene";
import type { Slice } from "../../slice/slice";
import { summarize } from "../../slice/summary";
import { stringAt } from "../../slice/utf8-column";

/** What anndata says of a file, as goldens/generate.py writes it. */
export interface Truth {
  readonly nObs: number;
  readonly nVars: number;
  readonly nnz: number;
  readonly totalCounts: number;
  readonly countsByGene: readonly number[];
  readonly sumOfCoordinates: readonly number[];
  readonly firstCell: string;
  readonly lastGene: string;
  readonly categories: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Holds a slice to anndata's numbers. Coordinates are float32 here: sums agree to seven digits. */
export function expectTruth(slice: Slice, truth: Truth): void {
  const { nObs, nVars, nnz, totalCounts, obs } = summarize(slice);
  expect({ nObs, nVars, nnz, totalCounts }).toEqual({
    nObs: truth.nObs,
    nVars: truth.nVars,
    nnz: truth.nnz,
    totalCounts: truth.totalCounts,
  });
  const sums = truth.countsByGene.map((_, j) => geneColumn(slice, j).reduce((a, b) => a + b, 0));
  expect(sums).toEqual(truth.countsByGene);
  truth.sumOfCoordinates.forEach((sum, axis) => {
    let total = 0;
    for (let i = 0; i < nObs; i++) total += slice.spatial[2 * i + axis];
    expect(Math.abs(total / sum - 1)).toBeLessThan(1e-6);
  });
  expect(stringAt(slice.obsNames, 0)).toBe(truth.firstCell);
  expect(slice.varNames.at(-1)).toBe(truth.lastGene);
  for (const [name, tallies] of Object.entries(truth.categories)) {
    const column = obs.find((c) => c.name === name);
    if (column?.kind !== "categorical") throw new Error(`no label ${name}`);
    expect(Object.fromEntries(column.categories.map((c) => [c.name, c.cells]))).toEqual(tallies);
  }
}
