import { registerWasm } from "../register";

/** See residual-rows.as.ts. */
export function registerResidualRowsWasm(name: string): void {
  registerWasm(name, ({ inputs, at, output, run }) => {
    const [nRows, channels] = inputs.codes.shape;
    const [residual, products] = [output([nRows, channels]), output([nRows, 1])];
    const tensors = ["codes", "quadratic", "linear", "row"].map(at);
    const work = { rows: nRows, multiplications: 2 * nRows * channels };
    run("residualRows", work, [channels, ...tensors, residual.at, products.at]);
    return [residual.info, products.info];
  });
}
