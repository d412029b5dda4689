import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe } from "./recipe";
import { rateShare, type Schedule } from "./schedule";
import { createTrainer } from "./trainer";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

describe("a cosine schedule", () => {
  test("falls from the whole rate to nothing, as torch's CosineAnnealingLR does", () => {
    // torch 2.15, CosineAnnealingLR(T_max=8) of a rate of 1
    const torch = [1, 0.96193977, 0.85355339, 0.69134172, 0.5, 0.30865828, 0.14644661, 0.03806023, 0];
    for (const [step, rate] of torch.entries()) expect(rateShare("cosine", step / 8)).toBeCloseTo(rate, 8);
    expect(rateShare("cosine", 1.5)).toBe(rateShare("cosine", 1));
    expect(rateShare("constant", 0.7)).toBe(1);
  });

  test.each([{ kind: "full" }, { kind: "ego", hops: 1, batchSize: 25 }] as const)(
    "ends over the recipe's epochs, with the view %o",
    async (view) => {
      const { slice, graph } = smallTissue({ side: 7, nVars: 9 });
      const encoder = { layers: 1, hidden: 8, heads: 2, batchNorm: true, dropout: 0, attentionDropout: 0, skip: false };
      const stepsOf = async (schedule: Schedule) => {
        const optimizer = { learningRate: 1e-2, weightDecay: 0, schedule };
        const recipe = defaultRecipe({ encoder, view, epochs: 6, optimizer });
        const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
        const steps: number[] = [];
        let before = await trainer.weights();
        for (let i = 0; i < 6 * trainer.nBatches; i++) {
          await trainer.step();
          const after = await trainer.weights();
          const bias = (all: typeof after) => all.find(({ name }) => name === "decoder.bias")?.data as Float32Array;
          steps.push(Math.max(...bias(after).map((v, k) => Math.abs(v - bias(before)[k]))));
          before = after;
        }
        trainer.dispose();
        return steps;
      };
      const [constant, cosine] = [await stepsOf("constant"), await stepsOf("cosine")];
      expect(cosine[0]).toBeCloseTo(constant[0], 7);
      // Adam's first steps are as long as the rate
      expect(cosine[1] / cosine[0]).toBeLessThan(1);
      expect(cosine.at(-1)).toBeLessThan(0.3 * (constant.at(-1) as number));
    },
  );
});
