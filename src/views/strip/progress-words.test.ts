import { expect, test } from "vitest";
import { progressWords } from "./progress-words";

const base = {
  recipe: { epochs: 100 },
  runRecipe: null,
  network: null,
  epoch: 34,
  batches: null,
  losses: [1, 0.5],
  millisecondsPerEpoch: 213,
  graph: { kind: "ready" },
} as unknown as Parameters<typeof progressWords>[0];

test("a running run says how far, how fast and how long still", () => {
  const words = progressWords({ ...base, run: { kind: "training", until: 100 } });
  expect(words).toBe("epoch 34 / 100 · 0.21 s each · 14 s left · loss 0.5");
});

test("a run on sub-graphs says how far in the epoch it is", () => {
  const words = progressWords({ ...base, batches: { done: 12, of: 1900 }, run: { kind: "training", until: 100 } });
  expect(words).toMatch("epoch 34 / 100, batch 12 / 1,900 · ");
});

test("before anything is measured no time is promised", () => {
  const words = progressWords({
    ...base,
    epoch: 0,
    losses: [],
    millisecondsPerEpoch: null,
    run: { kind: "training", until: 100 },
  });
  expect(words).toBe("epoch 0 / 100");
});

test("an idle page says what to do", () => {
  expect(progressWords({ ...base, run: { kind: "idle" } })).toMatch(/Press Train/);
});

test("a network that was fine-tuned says how well it predicts what was held out", () => {
  const network = {
    origin: { kind: "fine-tuned", request: { label: "layer" } },
    prediction: { f1Micro: 0.9, f1Macro: 0.8125 },
  } as unknown as NonNullable<Parameters<typeof progressWords>[0]["network"]>;
  expect(progressWords({ ...base, network, run: { kind: "done" } })).toBe(
    "fine-tuned to layer · F1 0.900 micro, 0.813 macro on held-out cells",
  );
});
