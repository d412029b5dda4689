import { describe, expect, test } from "vitest";
import { openForTest } from "../kernels/testing/backends";
import { methodIds, type SslMethodId } from "../ssl/catalog";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe } from "./recipe";
import { createTrainer } from "./trainer";

const { slice, graph } = smallTissue({ side: 7 });

/** Losses of some steps and what they lead to; undefined where the backend is missing. */
async function run(name: "cpu" | "wasm" | "webgpu", method: SslMethodId, nSteps: number) {
  const backend = await openForTest(name);
  if (!backend) return undefined;
  const encoder = { layers: 2, hidden: 8, heads: 2, batchNorm: true, dropout: 0.1, attentionDropout: 0, skip: true };
  const base = defaultRecipe({ method, backbone: "sage", encoder, seed: 1, label: { name: "domain", leaveOut: [] } });
  const small = Object.entries({ projection: 8, queue: 64, prototypes: 6 }).filter(([key]) => key in base.config);
  const recipe = { ...base, config: { ...base.config, ...Object.fromEntries(small) } };
  const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
  const losses: number[] = [];
  for (let i = 0; i < nSteps; i++) losses.push((await trainer.step()).loss);
  const [embedding, cellLosses, collapse] = [
    await trainer.embed(),
    await trainer.cellLosses(),
    await trainer.collapse(),
  ];
  trainer.dispose();
  backend.dispose();
  return { losses, embedding, cellLosses, collapse };
}

// in software WebGPU needs half a second a step
describe.each([
  { name: "wasm", nSteps: 6 },
  { name: "webgpu", nSteps: 1 },
] as const)("$nSteps steps on $name", ({ name, nSteps }) => {
  test.each(methodIds)("of %s give the reference's losses, embedding and losses of cells", async (method) => {
    const got = await run(name, method, nSteps);
    if (!got) return; // said aloud by openForTest
    const reference = await run("cpu", method, nSteps);
    if (!reference) throw new Error("the reference is missing");
    got.losses.forEach((loss, i) => {
      expect(Math.abs(loss - reference.losses[i]), `loss of step ${i + 1}`).toBeLessThan(
        1e-4 * Math.max(1, Math.abs(loss)),
      );
    });
    for (const key of ["embedding", "cellLosses"] as const) {
      expect(Math.max(...got[key].map((v, i) => Math.abs(v - reference[key][i]))), key).toBeLessThan(1e-3);
    }
    expect(got.collapse.spread).toBeCloseTo(reference.collapse.spread, 3);
    expect(got.collapse.words).toBe(reference.collapse.words);
  });
});
