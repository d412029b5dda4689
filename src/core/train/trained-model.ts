import type { Slice } from "../slice/slice";
import { writeModel } from "./model-file";
import type { ModelReader } from "./model-reader";
import type { Trainer } from "./trainer";

/** The network of a trainer as a model file, with the genes of the slice that it was trained on and the reader beside it. */
export async function modelFileOf(
  { recipe, classes, statistics, weights }: Pick<Trainer, "recipe" | "classes" | "statistics" | "weights">,
  { varNames: genes }: Pick<Slice, "varNames">,
  reader: ModelReader | null = null,
): Promise<Uint8Array<ArrayBuffer>> {
  return writeModel({ recipe, arrays: await weights(), genes, classes, statistics, reader });
}
