import { registerWasm, type WasmCall } from "../register";

/** A row of x that is met as often as this is worth copying to where it can be met faster. */
const WORTH_PACKING = 16;

/** See csr-matmul.as.ts. */
export function registerCsrMatmulWasm(names: { forward: string; transposed: string }): void {
  registerWasm(names.forward, (call) => [multiply(call, "indptr", "indices", "data")]);

  registerWasm(names.transposed, (call) => {
    const { inputs, at, output, run } = call;
    const [nRows, nCols, nChannels] = [inputs.indptr.shape[0] - 1, inputs.backIndptr.shape[0] - 1, inputs.x.shape[1]];
    // Either x or y is met in random order; the shorter of the two should be, as it has the better chance of staying
    // in the cache. Writing costs more than reading, hence the factor.
    if (2 * nCols >= nRows) return [multiply(call, "backIndptr", "backIndices", "backData")];
    const y = output([nCols, nChannels]);
    const work = { rows: Math.ceil(nChannels / 32), multiplications: call.attributes.entries * nChannels };
    const csr = [at("indptr"), at("indices"), at("data")];
    run("csrMatmulScatter", work, [nRows, nCols, nChannels, ...csr, at("x"), y.at], 32 * nCols);
    return [y.info];
  });
}

/** The product of x and the CSR in the inputs of those names. */
function multiply(
  { inputs, attributes: { entries }, at, output, temporary, run }: WasmCall,
  indptr: string,
  indices: string,
  data: string,
) {
  const nRows = inputs[indptr].shape[0] - 1;
  const [nCols, nChannels] = inputs.x.shape;
  const y = output([nRows, nChannels]);
  const work = { rows: nRows, indptr, multiplications: entries * nChannels };
  const csr = [at(indptr), at(indices), at(data)];
  if (nChannels <= 32 || entries < WORTH_PACKING * nCols) {
    run("csrMatmul", work, [nChannels, ...csr, at("x"), y.at]);
    return y.info;
  }
  const nBlocks = Math.ceil(nChannels / 32);
  const packed = temporary(nBlocks * nCols * 32);
  run("packChannels", { rows: nBlocks, multiplications: nCols * nChannels }, [nCols, nChannels, at("x"), packed]);
  run("csrMatmulPacked", work, [nCols, nChannels, ...csr, packed, y.at]);
  return y.info;
}
