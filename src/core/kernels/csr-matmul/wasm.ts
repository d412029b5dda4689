import { registerWasm } from "../register";

/** See csr-matmul.as.ts. */
export function registerCsrMatmulWasm(names: { forward: string; transposed: string }): void {
  registerWasm(names.forward, ({ inputs, at, output, run }) => {
    const [nRows, nChannels] = [inputs.indptr.shape[0] - 1, inputs.x.shape[1]];
    const y = output([nRows, nChannels]);
    const work = { rows: nRows, indptr: "indptr", multiplications: inputs.indices.shape[0] * nChannels };
    run("csrMatmul", work, [nChannels, at("indptr"), at("indices"), at("data"), at("x"), y.at]);
    return [y.info];
  });

  registerWasm(names.transposed, ({ inputs, at, output, run }) => {
    const [nRows, nCols, nChannels] = [inputs.indptr.shape[0] - 1, inputs.backIndptr.shape[0] - 1, inputs.x.shape[1]];
    const y = output([nCols, nChannels]);
    const multiplications = inputs.indices.shape[0] * nChannels;
    // Either x or y is met in random order; the shorter of the two should be, as it has the better chance of staying
    // in the cache. Writing costs more than reading, hence the factor.
    if (2 * nCols < nRows) {
      const work = { rows: Math.ceil(nChannels / 32), multiplications };
      const csr = [at("indptr"), at("indices"), at("data")];
      run("csrMatmulScatter", work, [nRows, nCols, nChannels, ...csr, at("x"), y.at]);
    } else {
      const work = { rows: nCols, indptr: "backIndptr", multiplications };
      run("csrMatmul", work, [nChannels, at("backIndptr"), at("backIndices"), at("backData"), at("x"), y.at]);
    }
    return [y.info];
  });
}
