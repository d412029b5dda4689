import { amiOf } from "../metrics/ami";
import { ariOf } from "../metrics/ari";
import { type Codes, contingency } from "../metrics/contingency";
import { completenessOf, homogeneityOf, nmiOf } from "../metrics/nmi";
import type { CategoricalColumn } from "../slice/slice";

export interface ClusterScores {
  readonly label: string;
  /** Classes of the label that occur among the scored cells. */
  readonly classes: number;
  /** Clusters that occur among the scored cells. */
  readonly clusters: number;
  readonly nScored: number;
  readonly ari: number;
  readonly ami: number;
  readonly nmi: number;
  readonly homogeneity: number;
  readonly completeness: number;
}

/**
 * How well clusters agree with a label of the slice. Cells without a label or a cluster are left out.
 *
 * @param codes   cluster per cell, shape (nObs,)
 * @param labels  the label to hold them against; `classes` to leave out (such as "NA") come as -1
 */
export function evaluateClusters(codes: Codes, labels: Pick<CategoricalColumn, "name" | "codes">): ClusterScores {
  const table = contingency(labels.codes, codes);
  return {
    label: labels.name,
    classes: table.rowSums.length,
    clusters: table.colSums.length,
    nScored: table.nScored,
    ari: ariOf(table),
    ami: amiOf(table),
    nmi: nmiOf(table),
    homogeneity: homogeneityOf(table),
    completeness: completenessOf(table),
  };
}
