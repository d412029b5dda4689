import { expect, test } from "vitest";
import { cellsIn, predictionOf, predictionOfSome, predictionWithScores, rightAndWrong } from "./network-prediction";

const facts = { label: "type", leaveOut: ["odd"], epoch: 3, f1Micro: 0.5, f1Macro: 0.4, nTrain: 2, nTest: 3 };
const obs = [
  {
    ...{ kind: "categorical", name: "type", categories: ["A", "odd", "B"] },
    codes: Int8Array.of(0, 2, 2, 1, -1),
  },
] as never;

test("probabilities of all cells say the class, how sure it is, and where it is right", () => {
  const probabilities = Float32Array.of(0.25, 0.75, 0.875, 0.125, 0.5, 0.5, 0, 1, 1, 0);
  const heldOut = cellsIn({ codes: Int8Array.of(0, 1, 1, 1, 1), names: ["a", "b"] }, ["b"]);
  expect([...heldOut]).toEqual([0, 1, 1, 1, 1]);
  const prediction = predictionOf(probabilities, { ...facts, classes: ["B", "A"], heldOut });
  expect([...prediction.predicted]).toEqual([1, 0, 0, 1, 0]);
  expect([...prediction.probability]).toEqual([0.75, 0.875, 0.5, 1, 1]);
  // cell 0 was learned from, cell 3 is of no class, cell 4 has no label
  expect([...rightAndWrong(prediction, { obs })]).toEqual([-1, 0, 0, -1, -1]);
  expect([...rightAndWrong({ ...prediction, leaveOut: [] }, { obs })]).toEqual([-1, 0, 0, 1, -1]);
});

test("what a study kept of some cells says nothing of the others", () => {
  const kept = { cells: [2, 0], codes: [0, 0], probability: [0.6, 0.9] };
  const prediction = predictionOfSome(kept, { ...facts, categories: ["A", "odd", "B"], nObs: 5 });
  expect([...prediction.predicted]).toEqual([0, -1, 0, -1, -1]);
  expect([...prediction.heldOut]).toEqual([1, 0, 1, 0, 0]);
  expect(prediction.probabilities).toBeNull();
  expect([...rightAndWrong(prediction, { obs })]).toEqual([0, -1, 1, -1, -1]);
});

test("a model is scored on every labelled cell, and a class that it did not learn counts as wrong", () => {
  const probabilities = Float32Array.of(0.9, 0.1, 0.2, 0.8, 1, 0, 1, 0, 0, 1);
  const about = { label: "type", leaveOut: [], epoch: 1 };
  const found = predictionWithScores({ classes: ["A", "B"], probabilities }, about, { obs });
  // right: cells 0 and 1; cell 2 is of B, cell 3 of a class that was not learned, cell 4 of none
  expect([found.f1Micro, found.nTest]).toEqual([0.5, 4]);
  const elsewhere = predictionWithScores({ classes: ["A", "B"], probabilities }, { ...about, label: "other" }, { obs });
  expect([elsewhere.f1Micro, elsewhere.nTest, [...elsewhere.predicted]]).toEqual([Number.NaN, 0, [0, 1, 0, 0, 1]]);
});
