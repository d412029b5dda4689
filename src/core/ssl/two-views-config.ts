import type { Fields } from "./method-info";

/** How two views of the same cells come to differ. Shared by all methods that compare views. */
export type TwoViewsConfig = {
  /** Share of genes lost in a view, in [0, 1). */
  readonly geneDropout: number;
  /** One draw per gene for all cells, instead of each cell by itself. */
  readonly perGene: boolean;
  /** Standard deviation of normal noise on expressed genes, in preprocessed units. */
  readonly noise: number;
  /** Counts drawn anew with this overdispersion; 0 leaves them. Needs whole counts. */
  readonly countNoise: number;
  /** Share of cells whose expression a view hides, in [0, 1). */
  readonly cellMask: number;
  /** Share of edges that a view lacks, in [0, 1). */
  readonly edgeDrop: number;
  /** Most neighbours that a cell keeps in a view, drawn anew; 0 keeps all. */
  readonly neighbours: number;
};

export const twoViewsFields: Fields<TwoViewsConfig> = {
  geneDropout: {
    label: "Gene dropout",
    words: "Share of genes that each view of a cell loses at random.",
    ...{ kind: "number", min: 0, max: 0.95, step: 0.05 },
  },
  perGene: {
    label: "Drop whole genes",
    words: "A view loses the same genes in all cells, instead of other ones in each.",
    kind: "flag",
  },
  noise: {
    label: "Noise",
    words: "Standard deviation of the normal noise that each view adds to expressed genes.",
    ...{ kind: "number", min: 0, max: 10, step: 0.005 },
  },
  countNoise: {
    label: "Count noise",
    words: "Draws counts anew in each view, with this much more variance than the count itself. 0 leaves them.",
    ...{ kind: "number", min: 0, max: 10, step: 0.1 },
  },
  cellMask: {
    label: "Masked cells",
    words: "Share of cells whose genes are all hidden in a view.",
    ...{ kind: "number", min: 0, max: 0.95, step: 0.05 },
  },
  edgeDrop: {
    label: "Edge drop",
    words: "Share of the graph's edges that each view lacks.",
    ...{ kind: "number", min: 0, max: 0.95, step: 0.05 },
  },
  neighbours: {
    label: "Neighbours kept",
    words: "Most neighbours of a cell that a view keeps, drawn at random. 0 keeps all.",
    ...{ kind: "integer", min: 0, max: 1000, step: 1 },
  },
};

export const twoViewsDefaults: TwoViewsConfig = {
  ...{ geneDropout: 0.1, perGene: false, noise: 0.005, countNoise: 0, cellMask: 0, edgeDrop: 0.2, neighbours: 0 },
};

/** The study's views have no edge drop. */
export const twoViewsStudy: TwoViewsConfig = { ...twoViewsDefaults, edgeDrop: 0 };

export const viewsApart = "1 − cosine";
