import { describe, expect, test } from "vitest";
import { openForTest } from "../kernels/testing/backends";
import type { Backbone } from "../nn/encoder-spec";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe } from "./recipe";
import { createTrainer } from "./trainer";

const { slice, graph } = smallTissue({ side: 8 });

/** The losses of some steps, the embedding and the cells' losses, `times` over; undefined where the backend is missing. */
async function runs(name: "cpu" | "wasm" | "webgpu", backbone: Backbone, nSteps: number, times: number) {
  const backend = await openForTest(name);
  if (!backend) return undefined;
  const encoder = { layers: 2, hidden: 16, heads: 4, batchNorm: true, dropout: 0.1, attentionDropout: 0.1, skip: true };
  const results = [];
  for (let r = 0; r < times; r++) {
    // With seed 0 a score of GATv2 comes within rounding of the kink of its LeakyReLU in the third step, where the
    // gradient jumps: backends then part by 1e-4, whichever of them is right.
    const recipe = defaultRecipe({ backbone, encoder, seed: 1 });
    const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
    const losses: number[] = [];
    for (let i = 0; i < nSteps; i++) losses.push((await trainer.step()).loss);
    results.push({ losses, embedding: await trainer.embed(), cellLosses: await trainer.cellLosses() });
    trainer.dispose();
  }
  backend.dispose();
  return results;
}

describe.each([
  { name: "wasm", backbone: "gcn", nSteps: 20 },
  { name: "wasm", backbone: "sage", nSteps: 20 },
  { name: "wasm", backbone: "gat", nSteps: 20 },
  { name: "wasm", backbone: "gatv2", nSteps: 20 },
  // in software WebGPU needs half a second a step
  { name: "webgpu", backbone: "gat", nSteps: 3 },
  { name: "webgpu", backbone: "gatv2", nSteps: 3 },
] as const)("$nSteps steps with $backbone on $name", ({ name, backbone, nSteps }) => {
  test("give the same bits twice, and the reference's losses and embedding within 1e-4", async () => {
    const got = await runs(name, backbone, nSteps, 2);
    if (!got) return; // said aloud by openForTest
    const [first, second] = got;
    expect(second).toEqual(first);
    const [reference] = (await runs("cpu", backbone, nSteps, 1)) ?? [];
    expect(first.losses.length).toBe(nSteps);
    for (const key of ["losses", "embedding", "cellLosses"] as const) {
      const differences = Array.from(first[key], (v, i) => Math.abs(v - reference[key][i]));
      expect(Math.max(...differences), key).toBeLessThan(1e-4);
    }
  });
});
