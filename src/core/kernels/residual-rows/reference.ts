type Numbers = ArrayLike<number>;

/** residual = quadratic + (linear + row), products = Σ codes (residual + linear + row) of every row; row-major. */
export function residualRowsReference(codes: Numbers, quadratic: Numbers, linear: Numbers, row: Numbers) {
  const channels = row.length;
  const nRows = channels === 0 ? 0 : codes.length / channels;
  const residual = new Float32Array(codes.length);
  const products = new Float32Array(nRows);
  for (let r = 0; r < nRows; r++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const k = r * channels + c;
      const whole = linear[k] + row[c];
      residual[k] = quadratic[k] + whole;
      sum += codes[k] * (quadratic[k] + 2 * whole);
    }
    products[r] = sum;
  }
  return { residual, products };
}
