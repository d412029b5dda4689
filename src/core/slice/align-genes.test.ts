import { expect, test } from "vitest";
import { smallTissue } from "../testing/small-tissue";
import { alignGenes } from "./align-genes";
import type { Slice } from "./slice";

const { slice } = smallTissue({ side: 5, nVars: 8 });

/** Every count of a slice by cell and name of gene. */
const named = ({ X, nObs, varNames }: Slice): Map<string, number> => {
  const counts = new Map<string, number>();
  for (let i = 0; i < nObs; i++)
    for (let e = X.indptr[i]; e < X.indptr[i + 1]; e++) counts.set(`${i} ${varNames[X.indices[e]]}`, X.data[e]);
  return counts;
};

test("counts go with the names of their genes, in the order of the list", () => {
  const genes = ["gene7", "absent", "gene0", "gene3", "nothing"];
  const { slice: aligned, missing, nExtra } = alignGenes(slice, genes);
  expect([aligned.varNames, aligned.nVars, missing, nExtra]).toEqual([genes, 5, [1, 4], 5]);
  const kept = [...named(slice)].filter(([key]) => genes.includes(key.split(" ")[1]));
  expect(new Map([...named(aligned)])).toEqual(new Map(kept));
  for (let i = 0; i < aligned.nObs; i++) {
    const row = [...aligned.X.indices.subarray(aligned.X.indptr[i], aligned.X.indptr[i + 1])];
    expect(row).toEqual([...row].sort((a, b) => a - b));
  }
});

test("a slice that has these genes is left as it is, and one that has none is refused", () => {
  expect(alignGenes(slice, slice.varNames).slice).toBe(slice);
  expect(() => alignGenes(slice, ["Gad1", "Slc17a7"])).toThrow("none of the 2 genes");
});
