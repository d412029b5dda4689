import { describe, expect, test } from "vitest";
import { openForTest } from "../kernels/testing/backends";
import { maeInfo } from "../ssl/mae-config";
import { quiet } from "../task";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe, type RunRecipe } from "./recipe";
import { createTrainer } from "./trainer";

const { slice, graph } = smallTissue({ side: 10, nVars: 9 });
const label = { name: "domain", leaveOut: [] };
describe.each(["cpu", "wasm"] as const)("runs on %s", (name) => {
  test.each([
    { mask: "none", entryRatio: 0.3 },
    { mask: "types", entryRatio: 0.2 },
    { mask: "niches" },
    { mask: "cells", entryRatio: 0.2, errorOn: "all" },
  ] as const)("learn with masks %o, on the full graph and on sub-graphs, and leave no tensor", async (changes) => {
    const device = await openForTest(name);
    if (!device) return; // said aloud by openForTest
    for (const view of [{ kind: "full" }, { kind: "ego", hops: 2, batchSize: 50 }] as const) {
      const recipe: RunRecipe = defaultRecipe({
        ...{ config: { ...maeInfo.defaults, maskRatio: 0.2, ...changes }, backbone: "sage", view, label },
        encoder: { layers: 2, hidden: 8, heads: 1, batchNorm: true, dropout: 0.1, attentionDropout: 0, skip: true },
      });
      const run = async () => {
        const trainer = await createTrainer({ slice, graph, recipe, backend: device }, quiet);
        const losses: number[] = [];
        for (let i = 0; i < 40; i++) losses.push((await trainer.step()).loss);
        const cells = await trainer.cellLosses();
        trainer.dispose();
        return { losses, cells };
      };
      const { losses, cells } = await run();
      expect(cells.every((v) => Number.isFinite(v) && v >= 0)).toBe(true);
      expect(new Set(cells).size).toBeGreaterThan(50);
      const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
      expect(mean(losses.slice(-8))).toBeLessThan(mean(losses.slice(0, 8)));
      if (name === "wasm") expect((await run()).losses).toEqual(losses);
      expect(device.memory().tensors).toBe(0);
    }
    device.dispose();
  });
});
