// Before the unit tests: compiles the wasm kernels, and offers the software GPU, so that the WGSL kernels are checked
// on machines without a GPU. Both must be done before a test process starts.
import { buildKernels } from "./build-kernels.mjs";
import { offerSoftwareGpu } from "./software-gpu.mjs";

export default async function setup() {
  await buildKernels();
  offerSoftwareGpu();
}
