import { expect, test } from "vitest";
import type { CategoricalColumn } from "../core/slice/slice";
import { sectionPrediction } from "./section-network";

// the section knows its categories in another order than the network its classes, one that it never learned, and one to leave out
const layer: CategoricalColumn = {
  kind: "categorical",
  name: "layer",
  codes: Int8Array.of(2, 2, 0, 0, 1, 3, -1),
  categories: ["WM", "L7", "L1", "Ambiguous"],
};
const classes = ["L1", "WM"];
/** Of L1. */
const sure = [0.9, 0.2, 0.1, 0.4, 0.8, 0.7, 0.6];
const probabilities = Float32Array.from(sure.flatMap((p) => [p, 1 - p]));
const label = { name: "layer", leaveOut: ["Ambiguous"] };

test("a section that was not learned from is scored by its own labels, matched by their names", () => {
  const found = sectionPrediction({ classes, probabilities }, { label, learned: false, epoch: 3 }, { obs: [layer] });
  expect([...found.predicted]).toEqual([0, 1, 1, 1, 0, 0, 0]);
  expect(found).toMatchObject({ label: "layer", categories: classes, epoch: 3, nTest: 4, nTrain: 0 });
  expect(found.f1Micro).toBeCloseTo(3 / 4, 12);
  // L1: precision 1, recall 1/2; WM: precision 2/3, recall 1
  expect(found.f1Macro).toBeCloseTo((2 / 3 + 4 / 5) / 2, 12);
});

test("one that was learned from has predictions and no scores, one without the label too", () => {
  const learned = sectionPrediction({ classes, probabilities }, { label, learned: true, epoch: 3 }, { obs: [layer] });
  expect(learned).toMatchObject({ nTest: 0, nTrain: 4, f1Micro: Number.NaN });
  expect([...learned.heldOut]).toEqual(new Array(7).fill(0));
  const bare = sectionPrediction({ classes, probabilities }, { label, learned: false, epoch: 3 }, { obs: [] });
  expect(bare).toMatchObject({ nTest: 0, f1Macro: Number.NaN });
  expect([...bare.predicted]).toEqual([...learned.predicted]);
});
