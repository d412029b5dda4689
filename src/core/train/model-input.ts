import { LabError } from "../errors";
import type { PreprocessStatistics } from "../preprocess/statistics";
import { alignGenes } from "../slice/align-genes";
import type { CellLabels } from "../slice/cell-labels";
import type { Slice } from "../slice/slice";
import type { Model } from "./model-file";
import type { ModelReader } from "./model-reader";

/** A slice as a model that was trained on another one reads it. */
export interface ModelInput {
  readonly slice: Slice;
  readonly statistics?: PreprocessStatistics;
  /** Beside the network; null where there is none. */
  readonly reader: ModelReader | null;
  /** What was done to the slice, one sentence each. */
  readonly notes: readonly string[];
  readonly missingGenes: readonly string[];
}

/**
 * Matches genes by name and takes the preprocessing of the training slice: its total of counts, means and deviations.
 *
 * A gene that the slice lacks has no counts, as one that gene dropout hid; where genes are centred it stands at the mean of
 * training, so that it says nothing; so it does to a linear reader. Size factors are of the genes that are there.
 *
 * @throws LabError("range") if no gene is shared; LabError("shape") if the model names no genes and their number differs
 */
export function modelInput({ genes, statistics, arrays, reader = null }: Model, slice: Slice): ModelInput {
  const notes: string[] = [];
  if (genes === null) {
    const first = arrays.find(({ name }) => /^encoder\.convs\.0\..*weight$/.test(name))?.shape[1];
    if (first !== undefined && !statistics?.componentWeights && first !== slice.nVars)
      throw new LabError("shape", `The weights are for ${first} genes, the slice has ${slice.nVars}.`);
    return { slice, ...(statistics && { statistics }), reader, notes, missingGenes: [] };
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
  const seen = (of: PreprocessStatistics): PreprocessStatistics => withoutMeans(of, aligned.missing);
  const joins = reader && { ...reader, statistics: seen(reader.statistics) };
  const input = { slice: aligned.slice, reader: joins, missingGenes };
  if (!statistics) {
    notes.push("The network came without the preprocessing of its training; that of this slice is used.");
    return { ...input, notes };
  }
  return { ...input, statistics: seen(statistics), notes };
}

/** A gene without counts whose mean is taken for 0 is centred to 0. */
function withoutMeans(statistics: PreprocessStatistics, missing: readonly number[]): PreprocessStatistics {
  const geneMeans = statistics.geneMeans?.slice() ?? null;
  if (geneMeans) for (const j of missing) geneMeans[j] = 0;
  return { ...statistics, geneMeans };
}

/** Labels of no cell, for a network that is only to predict. */
export function nothingLabelled(classes: readonly string[], nObs: number): CellLabels {
  return { name: "", classes, codes: new Int32Array(nObs).fill(-1) };
}
