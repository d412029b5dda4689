import { describe, expect, test } from "vitest";
import { smallTissue } from "../../testing/small-tissue";
import { readModel, writeModel } from "../../train/model-file";
import { modelInput } from "../../train/model-input";
import { defaultRecipe } from "../../train/recipe";
import { readSafetensors, writeSafetensors } from "../../train/safetensors";
import { expressionRows } from "../baselines/expression-rows";
import { labReader, readLinearly } from "./linear-reader";
import { labelColumn } from "./prepare-annotation";
import { joined, joinedVerdict, learnReader, withReader } from "./reader-verdict";

describe("two verdicts joined", () => {
  const a = Float32Array.from([0.9, 0.1, 0.3, 0.7]);
  const b = Float32Array.from([0.2, 0.8, 1, 0]);
  const at = (share: number) => joined(a, b, { nClasses: 2, share });

  test("are one or the other at the ends, and their geometric mean between", () => {
    expect(at(0)[0]).toBeCloseTo(0.9, 6);
    expect(at(1)[1]).toBeCloseTo(0.8, 6);
    const [own, other] = [Math.sqrt(0.9 * 0.2), Math.sqrt(0.1 * 0.8)];
    expect(at(0.5)[0]).toBeCloseTo(own / (own + other), 6);
    const probability = at(0.3);
    expect(probability[2] + probability[3]).toBeCloseTo(1, 6);
  });

  test("must be of the same cells and classes", () => {
    expect(() => joined(a, b.subarray(2), { nClasses: 2, share: 0.5 })).toThrowError(/same cells and classes/);
  });
});

describe("a reader beside a network", () => {
  const { slice } = smallTissue({ side: 20, nVars: 12 });
  const { codes, categories } = labelColumn(slice, "domain");
  const features = expressionRows(slice, null);
  const cells = Uint32Array.from(codes.keys());
  const drawn = cells.filter((i) => i % 9 === 0);
  const classes = categories.map((_, code) => code);
  const known = { features, codes, drawn, unlabelled: cells.filter((i) => i % 9 !== 0) };
  const reader = learnReader(known, classes, labReader);
  const k = classes.length;
  const probability = Float32Array.from({ length: cells.length * k }, (_, e) => (e % k === 0 ? 0.5 : 0.5 / (k - 1)));
  const model = {
    recipe: defaultRecipe({ method: "supervised", label: { name: "domain", leaveOut: [] } }),
    ...{ arrays: [], genes: slice.varNames, classes: categories, statistics: features.statistics, reader },
  };

  test("says the same of every cell to the last bit once it was written to a model file and read", () => {
    const read = readModel(writeModel(model), "m");
    expect(read.reader).toEqual(reader);
    expect(read.arrays).toEqual([]);
    const expected = joinedVerdict({ classes, cells, probability }, reader, features).probability;
    expect(withReader(probability, read.reader ?? null, slice)).toEqual(expected);
    expect(withReader(probability, null, slice)).toBe(probability);
  });

  test("reads a gene that a slice lacks as its mean, and genes in whatever order", () => {
    const [first, ...others] = slice.varNames;
    const fewer = modelInput({ ...model, genes: [...others].reverse(), reader: null }, slice).slice;
    const { slice: seen, reader: own, missingGenes } = modelInput(model, fewer);
    expect(missingGenes).toEqual([first]);
    const rows = expressionRows(seen, null, own?.statistics).of(cells);
    expect(cells.every((i) => rows[i * 12] === 0)).toBe(true);
    const said = readLinearly(reader, expressionRows(seen, null, own?.statistics), cells);
    const right = cells.filter((i) => said.subarray(i * k, (i + 1) * k).indexOf(maxOf(said, i)) === codes[i]).length;
    expect(right / cells.length).toBeGreaterThan(0.8);
  });

  test("is of the classes of the network, and of a version that is known", () => {
    expect(() => learnReader(known, classes.slice(1), labReader)).toThrowError(/same classes/);
    expect(() => readModel(writeModel({ ...model, classes: ["a", "b"] }), "m")).toThrowError(
      /m: the linear reader beside the network is not of the model's 2 classes and 12 genes/,
    );
    const { arrays, metadata } = readSafetensors(writeModel(model));
    const about = JSON.stringify({ ...JSON.parse(metadata.reader), version: 2 });
    expect(() => readModel(writeSafetensors(arrays, { ...metadata, reader: about }), "m")).toThrowError(/version 2/);
  });

  function maxOf(of: Float32Array, cell: number): number {
    return of.subarray(cell * k, (cell + 1) * k).reduce((x, y) => Math.max(x, y));
  }
});
