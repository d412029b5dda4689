import { LabError } from "../errors";
import type { PreprocessStatistics } from "../preprocess/statistics";
import { alignGenes } from "../slice/align-genes";
import type { CellLabels } from "../slice/cell-labels";
import type { Slice } from "../slice/slice";
import type { Model } from "./model-file";

/** A slice as a model that was trained on another one reads it. */
export interface ModelInput {
  readonly slice: Slice;
  readonly statistics?: PreprocessStatistics;
  /** What was done to the slice, one sentence each. */
  readonly notes: readonly string[];
  readonly missingGenes: readonly string[];
}

/**
 * Matches genes by name and takes the preprocessing of the training slice: its total of counts, means and deviations.
 *
 * A gene that the slice lacks has no counts, as one that gene dropout hid; where genes are centred it stands at the mean of
 * training, so that it says nothing. Size factors are of the genes that are there.
 *
 * @throws LabError("range") if no gene is shared; LabError("shape") if the model names no genes and their number differs
 */
export function modelInput({ genes, statistics, arrays }: Model, slice: Slice): ModelInput {
  const notes: string[] = [];
  if (genes === null) {
    const first = arrays.find(({ name }) => /^encoder\.convs\.0\..*weight$/.test(name))?.shape[1];
    if (first !== undefined && !statistics?.componentWeights && first !== slice.nVars)
      throw new LabError("shape", `The weights are for ${first} genes, the slice has ${slice.nVars}.`);
    return { slice, ...(statistics && { statistics }), notes, missingGenes: [] };
  }
  const aligned = alignGenes(slice, genes);
  const missingGenes = aligned.missing.map((j) => genes[j]);
  if (missingGenes.length > 0) {
    const some = missingGenes.slice(0, 5).join(", ");
    const more = missingGenes.length > 5 ? " and others" : "";
    notes.push(
      `${missingGenes.length} of ${genes.length} genes are not in the slice and read as hidden: ${some}${more}.`,
    );
  }
  if (aligned.nExtra > 0) notes.push(`${aligned.nExtra} genes of the slice are unknown to the network and left out.`);
  if (!statistics) {
    notes.push("The network came without the preprocessing of its training; that of this slice is used.");
    return { slice: aligned.slice, notes, missingGenes };
  }
  const geneMeans = statistics.geneMeans?.slice() ?? null;
  if (geneMeans) for (const j of aligned.missing) geneMeans[j] = 0;
  return { slice: aligned.slice, statistics: { ...statistics, geneMeans }, notes, missingGenes };
}

/** Labels of no cell, for a network that is only to predict. */
export function nothingLabelled(classes: readonly string[], nObs: number): CellLabels {
  return { name: "", classes, codes: new Int32Array(nObs).fill(-1) };
}
