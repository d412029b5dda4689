import { describe, expect, test } from "vitest";
import type { PreprocessStatistics } from "../preprocess/statistics";
import { createRng } from "../random";
import { readStatisticsFile, writeStatisticsFile } from "./statistics-file";

const rng = createRng(1);
const statistics: PreprocessStatistics = {
  targetSum: 1 / 3,
  geneMeans: Float64Array.from({ length: 7 }, rng),
  inverseDeviations: Float64Array.from({ length: 7 }, () => 1 / rng()),
  componentWeights: Float32Array.from({ length: 21 }, () => rng() - 0.5),
};

describe("statistics in a file of their own", () => {
  test("come back bit for bit", () => {
    expect(readStatisticsFile(writeStatisticsFile(statistics, 7))).toEqual(statistics);
  });

  test("come back where nothing was taken from the cells but their total", () => {
    const few = { targetSum: null, geneMeans: null, inverseDeviations: null };
    expect(readStatisticsFile(writeStatisticsFile(few, 7))).toEqual(few);
  });

  test("are not there where the file is damaged", () => {
    const bytes = writeStatisticsFile(statistics, 7);
    for (const damaged of [bytes.subarray(0, bytes.length - 4), bytes.subarray(0, 20), new Uint8Array(0)])
      expect(readStatisticsFile(damaged)).toBeNull();
    expect(readStatisticsFile(writeStatisticsFile({ ...statistics, targetSum: "1" as never }, 7))).toBeNull();
  });
});
