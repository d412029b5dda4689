/** Names of the kernels and what they make of which inputs. `column` and `dColumn` are one channel more, from the same entries. */
export const NAMES = {
  /** y (nRows, C) from (header, genes, counts, rows, base, w) and means; a second one (nRows, 1) where column and columnBase are given */
  forward: "LabExpressionMatmul",
  /** dw (nVars, C) from (header, genes, counts, rows, dy), means, on WebGPU back… and link; a second one (nVars, 1) where dColumn is given */
  gradient: "LabExpressionGradient",
  /** (2, C) from (rows, dy) */
  rowSums: "LabExpressionRowSums",
  /** (nRows, nVars) and (nRows, 2) from (header, genes, counts, rows, offset, y) */
  residuals: "LabHiddenResiduals",
};
