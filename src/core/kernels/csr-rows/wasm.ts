import { registerWasm } from "../register";

/** See csr-rows.as.ts. */
export function registerCsrRowsWasm(name: string): void {
  registerWasm(name, ({ inputs, attributes, at, output, run }) => {
    const { own } = attributes;
    const [nOut, nRows, nCols] = [inputs.index.shape[0], inputs.inverse.shape[0], inputs.backIndptr.shape[0] - 1];
    const room = inputs.indices.shape[0] + own * nOut;
    const rows = [output([(1 + own) * nOut + 1], "int32"), output([room], "int32"), output([room])];
    const back = [output([nCols + 1], "int32"), output([room], "int32"), output([room])];
    const places = inputs.from ? [output([room], "int32")] : [];
    const names = ["indptr", "indices", "data", "backIndptr", "backIndices", "backData", "from", "index", "inverse"];
    const made = [...rows, ...back, ...places];
    run("csrRows", { rows: 1, multiplications: 0 }, [
      nOut,
      nRows,
      nCols,
      own,
      ...names.map((name) => (inputs[name] ? at(name) : 0)),
      ...made.map((t) => t.at),
      ...(inputs.from ? [] : [0]),
    ]);
    return made.map(({ info }) => info);
  });
}
