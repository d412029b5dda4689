import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import type { SpatialGraph } from "../graph/spatial-graph";
import { backbones } from "../nn/encoder-spec";
import { createRng, shuffle } from "../random";
import type { Slice } from "../slice/slice";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe, type RunRecipe } from "./recipe";
import { rowOrderOf } from "./row-order";
import { createTrainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const tissue = smallTissue();
const { nObs } = tissue.slice;
/** The cell of `tissue` that stands at each place of another file. */
const places = shuffle(
  Uint32Array.from({ length: nObs }, (_, i) => i),
  createRng(4),
);

/** The same tissue from a file that lists its cells in another order. */
function shuffled({ slice, graph }: { slice: Slice; graph: SpatialGraph }): { slice: Slice; graph: SpatialGraph } {
  const { X, spatial } = slice;
  const placeOf = new Map([...places].map((cell, place) => [cell, place]));
  const rows = [...places].map((cell) => ({
    indices: [...X.indices.subarray(X.indptr[cell], X.indptr[cell + 1])],
    data: [...X.data.subarray(X.indptr[cell], X.indptr[cell + 1])],
    neighbours: [...graph.indices.subarray(graph.indptr[cell], graph.indptr[cell + 1])]
      .map((neighbour) => placeOf.get(neighbour) as number)
      .sort((a, b) => a - b),
  }));
  const ends = (lists: number[][]) => {
    let end = 0;
    return Uint32Array.from([0, ...lists.map((list) => (end += list.length))]);
  };
  return {
    slice: {
      ...slice,
      X: {
        indptr: ends(rows.map((row) => row.indices)),
        indices: Uint16Array.from(rows.flatMap((row) => row.indices)),
        data: Uint8Array.from(rows.flatMap((row) => row.data)),
      },
      spatial: Float32Array.from({ length: 2 * nObs }, (_, c) => spatial[2 * places[c >> 1] + (c % 2)]),
    },
    graph: {
      nNodes: nObs,
      indptr: ends(rows.map((row) => row.neighbours)),
      indices: Uint32Array.from(rows.flatMap((row) => row.neighbours)),
      distances: graph.distances,
    },
  };
}

async function results(input: { slice: Slice; graph: SpatialGraph }, backbone: RunRecipe["backbone"], cell: number) {
  const base = defaultRecipe({ backbone });
  const recipe = { ...base, encoder: { ...base.encoder, hidden: 8, heads: 2, attentionDropout: 0.2 } };
  const trainer = await createTrainer({ ...input, recipe, backend }, quiet);
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) losses.push((await trainer.step()).loss);
  const [embedding, cellLosses, rebuilt, attention] = [
    await trainer.embed(),
    await trainer.cellLosses(),
    (await trainer.rebuilt(cell)) as Float32Array,
    await trainer.attention(cell),
  ];
  trainer.dispose();
  return { losses, embedding, cellLosses, rebuilt, attention };
}

describe.each(backbones)("a run with %s", (backbone) => {
  test("gives each cell the same whatever order the file lists cells in, what is hidden and dropped included", async () => {
    const place = 100;
    const expected = await results(tissue, backbone, places[place]);
    const found = await results(shuffled(tissue), backbone, place);
    const close = (a: ArrayLike<number>, b: ArrayLike<number>) => {
      expect(a.length).toBe(b.length);
      // the means of genes are summed in the file's order
      for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(1e-5);
    };
    const inPlaces = (values: Float32Array) => {
      const width = values.length / nObs;
      return [...places].flatMap((cell) => [...values.subarray(cell * width, (cell + 1) * width)]);
    };
    close(found.losses, expected.losses);
    close(found.embedding, inPlaces(expected.embedding));
    close(found.cellLosses, inPlaces(expected.cellLosses));
    close(found.rebuilt, expected.rebuilt);
    const heard = (record: typeof found.attention, names: ArrayLike<number>) =>
      record?.layers.map((alpha) =>
        Object.fromEntries(
          [...record.neighbours].map((n, e) => [
            names[n],
            [...alpha.subarray(2 * e, 2 * e + 2)].map((a) => a.toFixed(5)),
          ]),
        ),
      );
    const asTheyAre = Uint32Array.from({ length: nObs }, (_, i) => i);
    expect(heard(found.attention, places)).toEqual(heard(expected.attention, asTheyAre));
    if (expected.attention) {
      expect([expected.attention.cell, found.attention?.cell]).toEqual([places[place], place]);
      const names = [...(found.attention?.neighbours ?? [])];
      expect(names).toEqual([...names].sort((a, b) => a - b));
    }
  });
});

test("values of rows are handed to their cells in place, whole rows together", () => {
  const { slice } = shuffled(tissue);
  const order = rowOrderOf(slice);
  const rows = Float32Array.from({ length: 3 * nObs }, (_, k) => 10 * order.cells[Math.floor(k / 3)] + (k % 3));
  const cells = order.byCell(rows);
  expect(cells).toBe(rows);
  expect([...cells]).toEqual(Array.from({ length: 3 * nObs }, (_, k) => 10 * Math.floor(k / 3) + (k % 3)));
  for (let cell = 0; cell < nObs; cell++) expect(order.cells[order.rowOf(cell)]).toBe(cell);
});
