import { describe, expect, it } from "vitest";
import { type Annotation, predictedCodes, scoreAnnotation } from "./annotation";

const categories = ["A", "B", "C", "D"];

describe("scores of an annotation", () => {
  // codes 1 and 3 were learned; cell 4 is of a class that was not, cell 6 has no label
  const codes = Int32Array.of(0, 1, 1, 3, 0, 3, -1);
  const annotation: Annotation = {
    classes: [1, 3],
    cells: Uint32Array.of(1, 2, 3, 4, 5, 6),
    probability: Float32Array.of(0.9, 0.1, 0.4, 0.6, 0.25, 0.75, 1, 0, 0, 1, 0.5, 0.5),
  };
  const scores = scoreAnnotation(annotation, { codes, train: Uint32Array.of(1, 3, 5), categories });

  it("predict by the largest probability, in the label's own codes", () => {
    expect([...predictedCodes(annotation)]).toEqual([1, 3, 3, 1, 3, 1]);
  });

  it("count each labelled cell once, and a class that was not learned as wrong", () => {
    expect(scores.nScored).toBe(5);
    expect(scores.f1Micro).toBeCloseTo(3 / 5, 12);
    // A: 0; B: precision 1/2, recall 1/2; D: precision 2/3, recall 1
    expect(scores.f1Macro).toBeCloseTo((0 + 0.5 + 0.8) / 3, 12);
    expect(scores.balancedAccuracy).toBeCloseTo((0 + 0.5 + 1) / 3, 12);
    // squares: .02, .72, .125, 1 + 1 for the unknown class, 0
    expect(scores.brier).toBeCloseTo((0.02 + 0.72 + 0.125 + 2 + 0) / 5, 6);
  });

  it("count a cell as right by a coarser level where the predicted class lies within its own", () => {
    const level = {
      ...{ name: "group", purity: 1, categories: ["left", "right"] },
      codes: Int32Array.of(0, 0, 0, 1, 0, 1, 1),
      of: Int32Array.of(0, 0, -1, 1),
    };
    const { levels } = scoreAnnotation(annotation, { codes, train: Uint32Array.of(1, 3), categories, levels: [level] });
    // cell 4 is taken for another class of its group, cell 2 for one of the other; cell 6 has no label
    expect(levels).toHaveLength(1);
    const [group] = levels;
    expect(group).toMatchObject({ name: "group", nScored: 5, purity: 1 });
    expect(group.f1Micro).toBeCloseTo(4 / 5, 12);
    const row = (name: string) => group.perClass.findIndex((c) => c.name === name);
    expect(group.perClass[row("left")]).toMatchObject({ support: 3, nTrain: 1, precision: 1 });
    expect(group.confusion[row("left")][row("right")]).toBe(1);
    // one class of each group was learned, so probabilities are theirs: .02, .72, .125, 0, 0
    expect(group.brier).toBeCloseTo((0.02 + 0.72 + 0.125) / 5, 6);
  });

  it("count a prediction as wrong by a level within whose classes it does not lie", () => {
    const level = {
      ...{ name: "group", purity: 1, categories: ["left"] },
      codes: Int32Array.of(0, 0, 0, 0, 0, 0, 0),
      of: Int32Array.of(0, 0, -1, -1),
    };
    const [group] = scoreAnnotation(annotation, { codes, train: Uint32Array.of(), categories, levels: [level] }).levels;
    expect(group).toMatchObject({ nScored: 5, f1Micro: 2 / 5 });
    expect(group.perClass.map(({ name }) => name).sort()).toEqual(["left", "no group"]);
  });

  it("give every class its row in one order, with what was learned from", () => {
    expect(scores.perClass.map(({ name }) => name).sort()).toEqual(["A", "B", "D"]);
    const of = (name: string) => scores.perClass.findIndex((c) => c.name === name);
    expect(scores.perClass[of("B")]).toMatchObject({ support: 2, nTrain: 1, recall: 0.5 });
    expect(scores.perClass[of("D")].nTrain).toBe(2);
    expect(scores.confusion[of("A")][of("B")]).toBe(1);
    expect(scores.confusion[of("B")][of("D")]).toBe(1);
    expect(scores.confusion.flat().reduce((a, b) => a + b)).toBe(5);
    expect(JSON.parse(JSON.stringify(scores))).toEqual(scores);
  });
});
