/** A matrix on the host, row-major. */
export interface HostMatrix {
  readonly shape: number[];
  readonly values: ArrayLike<number>;
}

/**
 * (left)(right), either transposed first if asked for, shape (rows of left, columns of right); sums in double precision.
 */
export function denseReference(
  left: HostMatrix,
  right: HostMatrix,
  { transposeLeft = false, transposeRight = false } = {},
): { shape: number[]; values: Float32Array } {
  const [nRows, nInner] = transposeLeft ? left.shape.toReversed() : left.shape;
  const nCols = right.shape[transposeRight ? 0 : 1];
  const values = new Float32Array(nRows * nCols);
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nCols; j++) {
      let sum = 0;
      for (let k = 0; k < nInner; k++) {
        const a = left.values[transposeLeft ? k * nRows + i : i * nInner + k];
        sum += a * right.values[transposeRight ? j * nInner + k : k * nCols + j];
      }
      values[i * nCols + j] = sum;
    }
  }
  return { shape: [nRows, nCols], values };
}
