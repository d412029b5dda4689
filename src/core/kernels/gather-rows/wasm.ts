import { registerWasm } from "../register";

/** See gather-rows.as.ts. */
export function registerGatherRowsWasm(name: string): void {
  registerWasm(name, ({ kernels, inputs, at, output }) => {
    const [nOut, nChannels] = [inputs.index.shape[0], inputs.x.shape[1]];
    const rows = output([nOut, nChannels]);
    kernels.gatherRows(nOut, nChannels, at("index"), at("x"), rows.at);
    return [rows.info];
  });
}
