import { hash32 } from "../../random";
import type { ExpressionAttributes } from "./device-expression";
import { HIDDEN, PADDING } from "./rows";
import { noisyCount, normalOf, rowKey, type ViewKey } from "./view";

/** The packed arrays of a DeviceExpression, read back. */
export interface PackedExpression {
  readonly header: Int32Array;
  readonly genes: Int32Array;
  readonly counts: Int32Array;
}

/**
 * Calls `visit` with every gene of a cell that is not zero, ascending, and its preprocessed value under a view.
 *
 * @param means  what a dropped gene reads as; as not found without, and then without noise
 */
export function visitCell(
  { header, genes, counts }: PackedExpression,
  attributes: ExpressionAttributes & ViewKey,
  cell: number,
  visit: (gene: number, value: number) => void,
  means?: ArrayLike<number>,
): void {
  const { nObs, nVars, dropThreshold, noiseDeviation, countThreshold } = attributes;
  const floats = new Float32Array(header.buffer, header.byteOffset, header.length);
  const Genes = attributes.geneBytes === 2 ? Uint16Array : Uint32Array;
  const Counts = ({ 1: Uint8Array, 2: Uint16Array, 4: Float32Array } as const)[attributes.countBytes as 1 | 2 | 4];
  const gene = new Genes(genes.buffer as ArrayBuffer, genes.byteOffset);
  const count = new Counts(counts.buffer as ArrayBuffer, counts.byteOffset);
  const [dropRow, noiseRow, countRow] = [
    rowKey(attributes.dropPerGene ? -1 : cell, attributes.dropKey),
    rowKey(cell, attributes.noiseKey),
    rowKey(cell, attributes.countKey),
  ];
  const noise = (j: number): number => noiseDeviation * normalOf(hash32(j ^ noiseRow));
  const isDropped = (j: number): boolean => hash32(j ^ dropRow) < dropThreshold;
  const value = (e: number): number => {
    const j = gene[e];
    if (isDropped(j)) return means ? means[j] : 0;
    const drawn = countThreshold ? noisyCount(count[e], hash32(j ^ countRow), countThreshold) : count[e];
    const normalized = Math.fround(drawn * floats[nObs + 1 + cell]);
    const value = attributes.log1p ? Math.log1p(normalized) : normalized;
    // a float32, as all values on a device are
    return Math.fround(attributes.scaled ? Math.fround(value) * floats[2 * nObs + 1 + j] : value);
  };
  if (means) {
    for (let j = 0, e = header[cell]; j < nVars; j++) {
      const here = e < header[cell + 1] && gene[e] === j;
      if (here || isDropped(j)) visit(j, here ? value(e++) : means[j]);
    }
    return;
  }
  if (!attributes.noiseOnAll) {
    for (let e = header[cell]; e < header[cell + 1]; e++)
      visit(gene[e], value(e) + (noiseDeviation ? noise(gene[e]) : 0));
    return;
  }
  for (let j = 0, e = header[cell]; j < nVars; j++) {
    const here = e < header[cell + 1] && gene[e] === j;
    visit(j, noise(j) + (here ? value(e++) : 0));
  }
}

/** out[r, :] = base[0] + Σ_j x_ij w[j, :] of cell i = rows[r]; base[1] for a hidden row, zeros for padding. */
export function expressionMatmulReference(
  x: PackedExpression,
  attributes: ExpressionAttributes & ViewKey,
  rows: ArrayLike<number>,
  w: ArrayLike<number>,
  base: ArrayLike<number>,
  nChannels: number,
  means?: ArrayLike<number>,
): Float32Array {
  const out = new Float32Array(rows.length * nChannels);
  for (let r = 0; r < rows.length; r++) {
    if (rows[r] === PADDING) continue;
    const from = rows[r] === HIDDEN ? nChannels : 0;
    const sums = Float64Array.from({ length: nChannels }, (_, c) => base[from + c]);
    const add = (j: number, value: number): void => {
      for (let c = 0; c < nChannels; c++) sums[c] += value * w[j * nChannels + c];
    };
    if (rows[r] >= 0) visitCell(x, attributes, rows[r], add, means);
    out.set(sums, r * nChannels);
  }
  return out;
}

/** out[j, :] = Σ_r x_ij dy[r, :] over the rows r that list a cell i = rows[r]. */
export function expressionGradientReference(
  x: PackedExpression,
  attributes: ExpressionAttributes & ViewKey,
  rows: ArrayLike<number>,
  dy: ArrayLike<number>,
  nChannels: number,
  means?: ArrayLike<number>,
): Float32Array {
  const sums = new Float64Array(attributes.nVars * nChannels);
  for (let r = 0; r < rows.length; r++) {
    if (rows[r] < 0) continue;
    const add = (j: number, value: number): void => {
      for (let c = 0; c < nChannels; c++) sums[j * nChannels + c] += value * dy[r * nChannels + c];
    };
    visitCell(x, attributes, rows[r], add, means);
  }
  return Float32Array.from(sums);
}

/** out (2, nChannels): the sum of dy over the rows of cells, and over the hidden rows. */
export function rowSumsReference(rows: ArrayLike<number>, dy: ArrayLike<number>, nChannels: number): Float32Array {
  const sums = new Float64Array(2 * nChannels);
  for (let r = 0; r < rows.length; r++) {
    if (rows[r] === PADDING) continue;
    const to = rows[r] === HIDDEN ? nChannels : 0;
    for (let c = 0; c < nChannels; c++) sums[to + c] += dy[r * nChannels + c];
  }
  return Float32Array.from(sums);
}

/**
 * Of the entries that the view drops, zeros among them:  residual_rj = y_rj + offset_j - x_ij  for cell i = rows[r], 0 for an
 * entry that is kept and in rows of no cell; sums (nRows, 2) holds each row's Σ residual² and how many are dropped.
 */
export function hiddenResidualsReference(
  x: PackedExpression,
  attributes: ExpressionAttributes & ViewKey,
  rows: ArrayLike<number>,
  y: ArrayLike<number>,
  offset: ArrayLike<number>,
): { readonly residual: Float32Array; readonly sums: Float32Array } {
  const { nVars, dropKey, dropThreshold, dropPerGene } = attributes;
  const residual = new Float32Array(rows.length * nVars);
  const sums = new Float32Array(2 * rows.length);
  for (let r = 0; r < rows.length; r++) {
    if (rows[r] < 0) continue;
    const values = new Float64Array(nVars);
    visitCell(x, { ...attributes, dropThreshold: 0 }, rows[r], (j, value) => {
      values[j] = value;
    });
    const dropRow = rowKey(dropPerGene ? -1 : rows[r], dropKey);
    let [squares, count] = [0, 0];
    for (let j = 0; j < nVars; j++) {
      if (hash32(j ^ dropRow) >= dropThreshold) continue;
      const error = y[r * nVars + j] + offset[j] - values[j];
      residual[r * nVars + j] = error;
      squares += error ** 2;
      count++;
    }
    sums.set([squares, count], 2 * r);
  }
  return { residual, sums };
}
