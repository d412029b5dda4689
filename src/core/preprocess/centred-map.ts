import type { Csr } from "../graph/csr";
import type { LinearMap } from "./truncated-pca";

/**
 * A sparse matrix less a row of means, x_ij - m_j, by its products alone: what is centred has no zeros to leave out, so it is
 * never written out.
 *
 * @param x      shape (nRows, nCols)
 * @param means  shape (nCols,)
 */
export function centredMap({ nRows, nCols, indptr, indices, data }: Csr, means: ArrayLike<number>): LinearMap {
  return {
    nRows,
    nCols,
    times(v, out) {
      let ofMean = 0;
      for (let j = 0; j < nCols; j++) ofMean += means[j] * v[j];
      for (let i = 0; i < nRows; i++) {
        let sum = 0;
        for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += data[e] * v[indices[e]];
        out[i] = sum - ofMean;
      }
    },
    transposedTimes(u, out) {
      out.fill(0);
      let total = 0;
      for (let i = 0; i < nRows; i++) {
        total += u[i];
        for (let e = indptr[i]; e < indptr[i + 1]; e++) out[indices[e]] += data[e] * u[i];
      }
      for (let j = 0; j < nCols; j++) out[j] -= total * means[j];
    },
  };
}
