import type { Csr } from "../../graph/csr";
import { type DeviceExpression, type RowList, uploadExpression, uploadRows } from "../expression";

/** Expression whose values are those of a CSR, nothing done to them. */
export function uploadAsWritten({ nRows, nCols, indptr, indices, data }: Csr): DeviceExpression {
  const sizeFactors = new Float32Array(nRows).fill(1);
  const raw = { nObs: nRows, nVars: nCols, X: { indptr, indices, data } };
  return uploadExpression(raw, { sizeFactors, log1p: false, inverseDeviations: null, centers: null });
}

/** Every cell in order. */
export function allRows(x: DeviceExpression): RowList {
  return uploadRows(
    x,
    Int32Array.from({ length: x.nObs }, (_, i) => i),
  );
}
