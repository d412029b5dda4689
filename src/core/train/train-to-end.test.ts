import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { LabError } from "../errors";
import { quiet } from "../task";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { defaultRecipe } from "./recipe";
import { trainToEnd } from "./train-to-end";
import { createTrainer } from "./trainer";

const { slice, graph } = smallTissue();
const { encoder } = defaultRecipe();
const recipe = defaultRecipe({
  backbone: "gcn",
  encoder: { ...encoder, hidden: 4 },
  view: { kind: "ego", hops: 2, batchSize: 50 }, // 144 cells: three batches an epoch
  epochs: 2,
});
const never = new Promise<LabError>(() => {});

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
}, 60_000);
afterAll(() => backend.dispose());

async function trained(options: Partial<Parameters<typeof trainToEnd>[1]>, task = quiet) {
  const trainer = await createTrainer({ slice, graph, recipe, backend }, quiet);
  try {
    return await trainToEnd(trainer, { lost: never, ...options }, task);
  } finally {
    trainer.dispose();
  }
}

describe("training to its end", () => {
  test("is the recipe's epochs, or so many steps, which may end amid an epoch", async () => {
    const whole = await trained({});
    expect(whole).toMatchObject({ steps: 6, finished: true });
    expect(whole.losses).toHaveLength(2);
    const steps = await trained({ steps: 4 });
    expect(steps).toMatchObject({ steps: 4, finished: true });
    expect(steps.losses[0]).toBe(whole.losses[0]);
    expect(steps.losses).toHaveLength(2); // the second is that of one batch
  });

  test("stops after the step in which it was asked to, and says so", async () => {
    let steps = 0;
    const task = {
      progress: () => void steps++,
      get cancelled() {
        return steps >= 2;
      },
    };
    expect(await trained({ steps: 50 }, task)).toMatchObject({ steps: 2, finished: false });
  });

  test("fails where the device is lost, and lets the thread breathe between steps", async () => {
    let breaths = 0;
    await trained({ steps: 3, breathe: async () => void breaths++ });
    expect(breaths).toBe(3);
    const lost = Promise.resolve(new LabError("device", "gone"));
    await expect(trained({ lost, breathe: () => new Promise((r) => setTimeout(r)) })).rejects.toThrow("gone");
  });
});
