import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { buildGraph } from "../graph/build-graph";
import type { NamedArray } from "../nn/tensors";
import type { TissueName } from "../simulate/options";
import { simulateSlice } from "../simulate/simulate-slice";
import { positionsMicrons } from "../slice/slice";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import golden from "./goldens/pyg.json";
import { defaultRecipe, type RunRecipe } from "./recipe";
import { createTrainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const unpacked = (base64: string) => new Float32Array(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
const { cells, genes, rows } = golden;
const cases = golden.cases.map((c) => ({ ...c, backbone: c.recipe.backbone as RunRecipe["backbone"] }));

describe.each(cases)("$backbone on simulated $tissue, weights made by $maker", (c) => {
  test("embeds as PyTorch Geometric does, and gives the weights back as they came", async () => {
    const options = { tissue: c.tissue as TissueName, nCells: cells, nGenes: genes, seed: c.seed };
    const slice = simulateSlice(options, quiet);
    const base = defaultRecipe();
    const recipe: RunRecipe = { ...base, backbone: c.backbone, encoder: { ...base.encoder, ...c.recipe.encoder } };
    const { graph } = buildGraph(positionsMicrons(slice), slice.section.codes, recipe.graph, quiet);
    const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
    const weights: NamedArray[] = c.weights.map(({ name, shape, data }) => ({ name, shape, data: unpacked(data) }));
    trainer.load(weights);
    const embedding = await trainer.embed();
    const size = trainer.embeddingSize;
    const ours = rows.flatMap((row) => [...embedding.subarray(row * size, (row + 1) * size)]);
    const theirs = unpacked(c.rows);
    // both sum some hundred float32 products of size 1 to 10, in other orders
    expect(Math.max(...ours.map((v, i) => Math.abs(v - theirs[i])))).toBeLessThan(1e-4);
    const written = (await trainer.weights()).sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(written).toEqual(weights);
    trainer.dispose();
  });
});
