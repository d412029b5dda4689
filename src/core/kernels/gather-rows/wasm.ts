import { registerWasm } from "../register";

/** See gather-rows.as.ts. */
export function registerGatherRowsWasm(name: string, addName: string): void {
  registerWasm(name, ({ inputs, at, output, run }) => {
    const [nOut, nChannels] = [inputs.index.shape[0], inputs.x.shape[1]];
    const rows = output([nOut, nChannels]);
    const work = { rows: nOut, multiplications: nOut * nChannels };
    run("gatherRows", work, [nChannels, at("index"), at("x"), rows.at]);
    return [rows.info];
  });

  registerWasm(addName, ({ inputs, at, run }) => {
    const [nRows, nChannels] = inputs.x.shape;
    const args = [nChannels, at("index"), at("x"), at("sums")];
    run("addRows", { rows: nRows, multiplications: nRows * nChannels }, args);
    return [];
  });
}
