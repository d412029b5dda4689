import { describe, expect, test } from "vitest";
import type { ViewRecipe } from "../graph/view";
import { openForTest } from "../kernels/testing/backends";
import type { Backbone } from "../nn/encoder-spec";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe } from "./recipe";
import { createTrainer } from "./trainer";

const { slice, graph } = smallTissue({ side: 8 });
const full = { kind: "full" } as const;
const ego = { kind: "ego", hops: 2, batchSize: 24 } as const; // three batches an epoch
const apart = { kind: "ego", hops: 1, batchSize: 24 } as const;

interface Asked {
  readonly name: "cpu" | "wasm" | "webgpu";
  readonly backbone: Backbone;
  readonly view: ViewRecipe;
  readonly nSteps: number;
}

/** What some steps come to, `times` over; undefined where the backend is missing. */
async function runs({ name, backbone, view, nSteps }: Asked, times: number) {
  const backend = await openForTest(name);
  if (!backend) return undefined;
  const encoder = { layers: 2, hidden: 16, heads: 4, batchNorm: true, dropout: 0.1, attentionDropout: 0.1, skip: true };
  const results = [];
  for (let r = 0; r < times; r++) {
    // With seed 0 a score of GATv2 comes within rounding of the kink of its LeakyReLU in the third step, where the
    // gradient jumps: backends then part by 1e-4, whichever of them is right.
    const recipe = defaultRecipe({ backbone, encoder, view, seed: 1 });
    const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
    const losses: number[] = [];
    for (let i = 0; i < nSteps; i++) losses.push((await trainer.step()).loss);
    const [embedding, cellLosses] = [await trainer.embed(), await trainer.cellLosses()];
    results.push({ losses, embedding, cellLosses, weights: await trainer.weights() });
    trainer.dispose();
  }
  backend.dispose();
  return results;
}

const cases: Asked[] = [
  ...(["gcn", "sage", "gat", "gatv2"] as const).flatMap((backbone) => [
    { name: "wasm" as const, backbone, view: full, nSteps: 20 },
    { name: "wasm" as const, backbone, view: ego, nSteps: 20 },
  ]),
  // in software WebGPU needs half a second a step
  { name: "webgpu", backbone: "gcn", view: full, nSteps: 20 },
  { name: "webgpu", backbone: "gat", view: full, nSteps: 20 },
  { name: "webgpu", backbone: "gatv2", view: full, nSteps: 3 },
  { name: "webgpu", backbone: "gat", view: ego, nSteps: 2 },
  { name: "webgpu", backbone: "sage", view: apart, nSteps: 1 },
];

describe.each(cases)("$nSteps steps with $backbone on $name, view $view.kind", (asked) => {
  const title = "give the same bits twice, and the reference's losses, embedding and weights within 1e-4";
  test(title, { timeout: 240_000 }, async () => {
    const got = await runs(asked, 2);
    if (!got) return; // said aloud by openForTest
    const [first, second] = got;
    expect(second).toEqual(first);
    const [reference] = (await runs({ ...asked, name: "cpu" }, 1)) ?? [];
    expect(first.losses.length).toBe(asked.nSteps);
    first.losses.forEach((loss, i) => {
      expect(Math.abs(loss / reference.losses[i] - 1), `loss of step ${i + 1}`).toBeLessThan(1e-4);
    });
    for (const key of ["embedding", "cellLosses"] as const) {
      const differences = Array.from(first[key], (v, i) => Math.abs(v - reference[key][i]));
      expect(Math.max(...differences), key).toBeLessThan(1e-4);
    }
    first.weights.forEach(({ name, data }, k) => {
      const expected = reference.weights[k].data;
      const apart = Math.sqrt(data.reduce((sum, v, i) => sum + (v - expected[i]) ** 2, 0));
      const length = Math.sqrt(expected.reduce((sum, v) => sum + v * v, 0));
      expect(apart / length, name).toBeLessThan(1e-4);
    });
  });
});
