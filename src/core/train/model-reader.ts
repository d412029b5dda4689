import { LabError } from "../errors";
import type { NamedArray } from "../nn/tensors";
import type { PreprocessStatistics } from "../preprocess/statistics";

/**
 * A linear reader as it lies beside a network in a model file: its own verdict on a cell's own genes is softmax(W x + b), and
 * study/annotation/reader-verdict.ts joins it to the network's.
 */
export interface ModelReader {
  /** How much of the joined verdict is the reader's, in [0, 1]. */
  readonly share: number;
  /** Whether it learned from cells without a label too. */
  readonly selfTrained: boolean;
  readonly weights: Float32Array; // W, (classes, genes) of the model
  readonly bias: Float32Array; // b, (classes,)
  /** What standardised the genes it learned from; x is a cell's log1p expression, less the means, over the deviations. */
  readonly statistics: PreprocessStatistics;
}

const VERSION = 1;
const [WEIGHT, BIAS] = ["reader.weight", "reader.bias"];

/** Whether an array of a model file is the reader's, and none of the network's. */
export const isReaderArray = ({ name }: Pick<NamedArray, "name">): boolean => name === WEIGHT || name === BIAS;

/** The parts of a model file that hold a reader; none without one. */
export function writeReader(reader: ModelReader | null): { arrays: NamedArray[]; about: object | null } {
  if (!reader) return { arrays: [], about: null };
  const { share, selfTrained, weights, bias, statistics } = reader;
  const { targetSum, geneMeans, inverseDeviations } = statistics;
  const arrays = [
    { name: WEIGHT, shape: [bias.length, weights.length / bias.length], data: weights },
    { name: BIAS, shape: [bias.length], data: bias },
  ];
  const plain = { targetSum, geneMeans: [...(geneMeans ?? [])], inverseDeviations: [...(inverseDeviations ?? [])] };
  return { arrays, about: { version: VERSION, share, selfTrained, ...plain } };
}

/**
 * The reader that a model file holds; null in files that have none.
 *
 * @param about  the JSON beside the arrays, null where there is none
 * @throws LabError("format") for a reader of another version, or of other classes or genes than the model's
 */
export function readReader(
  { arrays, about }: { readonly arrays: readonly NamedArray[]; readonly about: unknown },
  { classes, genes }: { readonly classes: readonly string[] | null; readonly genes: readonly string[] | null },
  name: string,
): ModelReader | null {
  if (about === null) return null;
  const fail = (why: string, hint = "Write the model again with finetune."): never => {
    throw new LabError("format", `${name}: the linear reader beside the network ${why}.`, hint);
  };
  const { version, share, selfTrained, targetSum, geneMeans, inverseDeviations } = about as Record<string, unknown>;
  if (version !== VERSION) fail(`is of version ${version}, known is ${VERSION}`, "Open it with a newer lab.");
  const [weight, bias] = [WEIGHT, BIAS].map((of) => arrays.find((array) => array.name === of));
  const [k, d] = [classes?.length ?? 0, genes?.length ?? 0];
  const isRow = (v: unknown): v is number[] => Array.isArray(v) && v.length === d && v.every(Number.isFinite);
  const isShare = typeof share === "number" && share >= 0 && share <= 1;
  if (!isShare || (targetSum !== null && typeof targetSum !== "number")) return fail("is not described by numbers");
  if (!isRow(geneMeans) || !isRow(inverseDeviations) || weight?.shape[0] !== k || weight.shape[1] !== d)
    return fail(`is not of the model's ${k} classes and ${d} genes`);
  if (bias?.shape[0] !== k) return fail(`is not of the model's ${k} classes and ${d} genes`);
  const statistics = {
    targetSum: targetSum as number | null,
    geneMeans: Float64Array.from(geneMeans),
    inverseDeviations: Float64Array.from(inverseDeviations),
  };
  return { share, selfTrained: selfTrained === true, weights: weight.data, bias: bias.data, statistics };
}
