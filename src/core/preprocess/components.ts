import { LabError } from "../errors";
import type { CountMatrix } from "../slice/slice";
import { quiet, type Task } from "../task";
import { centredMap } from "./centred-map";
import {
  type CountsOfCells,
  fitNormalization,
  type Normalization,
  type NormalizeRecipe,
  normalizeExpression,
} from "./normalize";
import type { PreprocessStatistics } from "./statistics";
import { truncatedPca } from "./truncated-pca";

/** What a network reads of a slice: its genes, or components in their place. */
export interface NetworkInput {
  readonly raw: { readonly nObs: number; readonly nVars: number; readonly X: CountMatrix };
  readonly normalization: Normalization;
  /** A row of components as the genes it stands for, in the scale before centring, (genes,); null where genes are read. */
  readonly toGenes: ((row: Float32Array) => Float32Array) | null;
}

/**
 * Preprocessed expression in the form that the recipe asks for. With `components` that is
 *   z_i = (x_i - m) Wᵀ,   row c of W the c-th principal axis over the standard deviation along it,
 * so that each component has mean 0 and variance 1 over the cells it was fitted on, as few as the slice has genes or
 * cells less one. It is dense, however sparse the genes were, and no wider than the recipe says.
 *
 * Why variance 1: what tells two layers of a cortex apart varies far less than what tells grey from white matter, and a loss
 * of squares over plain components sees the latter alone (docs/search.md has what it gains).
 *
 * @param known  of other cells, to be used instead of the slice's own
 * @throws as fitNormalization; LabError("range") if no gene varies, LabError("shape") if `known` is of other genes
 * Source: whitened PCA of scanpy's normalize_total, log1p, scale. Cost: that of `truncatedPca`; with `known` one product.
 */
export function networkInput(
  slice: CountsOfCells,
  recipe: NormalizeRecipe,
  known?: PreprocessStatistics,
  task: Task = quiet,
): NetworkInput {
  const { nObs, nVars, X } = slice;
  if (!recipe.components)
    return { raw: { nObs, nVars, X }, normalization: fitNormalization(slice, recipe, known), toGenes: null };
  const normalization = normalizeExpression(slice, { ...recipe, center: false }, known);
  const { x, geneMeans: means, statistics } = normalization;
  const centred = centredMap(x, means);
  const weights = known?.componentWeights ?? whitening(centred, recipe.components, task);
  if (weights.length % nVars !== 0)
    throw new LabError("shape", `The components are of other genes than the ${nVars} of this slice.`);
  const size = weights.length / nVars;
  const data = new Float32Array(nObs * size);
  const column = new Float64Array(nObs);
  for (let c = 0; c < size; c++) {
    centred.times(Float64Array.from(weights.subarray(c * nVars, (c + 1) * nVars)), column);
    for (let i = 0; i < nObs; i++) data[i * size + c] = column[i];
  }
  const { emptyCells, notes } = normalization;
  const lost = size < recipe.components ? [`Only ${size} components could be made of this slice.`] : [];
  return {
    raw: { nObs, nVars: size, X: denseRows(data, nObs, size) },
    normalization: {
      sizeFactors: new Float32Array(nObs).fill(1),
      log1p: false,
      inverseDeviations: null,
      centers: null,
      geneMeans: new Float32Array(size),
      rowSquares: Float32Array.from({ length: nObs }, (_, i) => {
        let sum = 0;
        for (let c = 0; c < size; c++) sum += data[i * size + c] ** 2;
        return sum;
      }),
      emptyCells,
      statistics: { ...statistics, componentWeights: weights },
      notes: [...notes, ...lost],
    },
    toGenes: (row) => genesOf(row, weights, means),
  };
}

/**
 * A component within a hundredth of its length: the last ones of a slice of thousands of genes lie so close together that
 * telling them apart takes three times as long. They are at right angles and uncorrelated all the same.
 */
const tolerance = 1e-4;

function whitening(x: ReturnType<typeof centredMap>, nComponents: number, task: Task): Float32Array {
  const { loadings, variance } = truncatedPca(x, { nComponents, tolerance }, task);
  const { nCols } = x;
  // what rounding leaves of a direction in which nothing varies is no component
  const kept = variance.findIndex((v) => !(v > 1e-9 * variance[0]));
  const size = kept < 0 ? variance.length : kept;
  if (size === 0)
    throw new LabError(
      "range",
      "Principal components: no gene varies between cells.",
      "Train on the genes themselves.",
    );
  return Float32Array.from(
    { length: size * nCols },
    (_, e) => loadings[e] / Math.sqrt(variance[Math.floor(e / nCols)]),
  );
}

/** m + z (W Wᵀ)⁻¹ W: axes are at right angles, so a component times its axis, over the square of the axis' length. */
function genesOf(row: Float32Array, weights: Float32Array, means: Float32Array): Float32Array {
  const nVars = means.length;
  const genes = Float64Array.from(means);
  row.forEach((z, c) => {
    const axis = weights.subarray(c * nVars, (c + 1) * nVars);
    const squares = axis.reduce((sum, w) => sum + w * w, 0);
    for (let j = 0; j < nVars; j++) genes[j] += (z * axis[j]) / squares;
  });
  return Float32Array.from(genes);
}

/** A dense matrix as rows in which every column is listed. */
function denseRows(data: Float32Array, nRows: number, nCols: number): CountMatrix {
  const indices = new Uint16Array(nRows * nCols);
  for (let e = 0; e < indices.length; e++) indices[e] = e % nCols;
  return { indptr: Uint32Array.from({ length: nRows + 1 }, (_, i) => i * nCols), indices, data };
}
