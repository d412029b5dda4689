// What preprocessing took from all cells, as it lies in a file: beside a network, or alone for the runs of a study.
import { LabError } from "../errors";
import type { NamedArray } from "../nn/tensors";
import type { PreprocessStatistics } from "../preprocess/statistics";
import { readSafetensors, writeSafetensors } from "./safetensors";

/** What makes components of genes (preprocess/components.ts), an array of its own. */
export const COMPONENTS = "preprocess.components";

/** Plain JSON, in which doubles keep every digit, and what is too long for it. */
export function storedStatistics(
  { targetSum, geneMeans, inverseDeviations, componentWeights: weights }: PreprocessStatistics,
  nVars: number,
): { readonly plain: object; readonly arrays: readonly NamedArray[] } {
  return {
    plain: {
      targetSum,
      geneMeans: geneMeans && [...geneMeans],
      inverseDeviations: inverseDeviations && [...inverseDeviations],
    },
    arrays: weights ? [{ name: COMPONENTS, shape: [weights.length / nVars, nVars], data: weights }] : [],
  };
}

/**
 * @param plain   as it was stored, null for none
 * @param arrays  of the file, the components among them where there are any
 * @throws LabError("format") where something else stands there
 */
export function readStatistics(
  plain: unknown,
  arrays: readonly NamedArray[],
  name: string,
): PreprocessStatistics | null {
  if (plain === null) return null;
  const { targetSum, geneMeans, inverseDeviations } = plain as Record<string, unknown>;
  const isNumbers = (v: unknown) => v === null || (Array.isArray(v) && v.every(Number.isFinite));
  if (!((targetSum === null || typeof targetSum === "number") && isNumbers(geneMeans) && isNumbers(inverseDeviations)))
    throw new LabError(
      "format",
      `${name}: the statistics of preprocessing are not numbers.`,
      "Write them as the lab does, under statistics in the metadata of the file; see docs/pyg.md.",
    );
  const array = (v: unknown) => v && Float64Array.from(v as number[]);
  const componentWeights = arrays.find((array) => array.name === COMPONENTS)?.data;
  return {
    targetSum,
    geneMeans: array(geneMeans),
    inverseDeviations: array(inverseDeviations),
    ...(componentWeights && { componentWeights }),
  } as PreprocessStatistics;
}

/** Statistics as a file of their own. */
export function writeStatisticsFile(statistics: PreprocessStatistics, nVars: number): Uint8Array<ArrayBuffer> {
  const { plain, arrays } = storedStatistics(statistics, nVars);
  return writeSafetensors(arrays, { statistics: JSON.stringify(plain) });
}

/** Null where the file holds none that can be read: they are made again. */
export function readStatisticsFile(bytes: Uint8Array): PreprocessStatistics | null {
  try {
    const { arrays, metadata } = readSafetensors(bytes);
    return readStatistics(JSON.parse(metadata.statistics), arrays, "statistics");
  } catch {
    return null;
  }
}
