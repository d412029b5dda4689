import { registerWasm } from "../register";

/** See csr-matmul.as.ts. */
export function registerCsrMatmulWasm(names: { forward: string; transposed: string }): void {
  registerWasm(names.forward, ({ kernels, inputs, at, output }) => {
    const [nRows, nChannels] = [inputs.indptr.shape[0] - 1, inputs.x.shape[1]];
    const y = output([nRows, nChannels]);
    kernels.csrMatmul(nRows, nChannels, at("indptr"), at("indices"), at("data"), at("x"), y.at);
    return [y.info];
  });

  registerWasm(names.transposed, ({ kernels, inputs, at, output }) => {
    const [nRows, nCols, nChannels] = [inputs.indptr.shape[0] - 1, inputs.backIndptr.shape[0] - 1, inputs.x.shape[1]];
    const y = output([nCols, nChannels]);
    // Either x or y is met in random order; the shorter of the two should be, as it has the better chance of staying
    // in the cache. Writing costs more than reading, hence the factor.
    if (2 * nCols < nRows)
      kernels.csrMatmulScatter(nRows, nCols, nChannels, at("indptr"), at("indices"), at("data"), at("x"), y.at);
    else kernels.csrMatmul(nCols, nChannels, at("backIndptr"), at("backIndices"), at("backData"), at("x"), y.at);
    return [y.info];
  });
}
