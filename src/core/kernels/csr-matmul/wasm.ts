import { registerWasm } from "../register";

/** See csr-matmul.as.ts. */
export function registerCsrMatmulWasm(name: string): void {
  registerWasm(name, ({ kernels, inputs, at, output }) => {
    const [nRows, nChannels] = [inputs.indptr.shape[0] - 1, inputs.x.shape[1]];
    const y = output([nRows, nChannels]);
    kernels.csrMatmul(nRows, nChannels, at("indptr"), at("indices"), at("data"), at("x"), y.at);
    return [y.info];
  });
}
