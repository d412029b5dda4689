import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { registerWebGpu } from "../register";
import { lanes, run } from "../webgpu-program";

/** The WGSL twins; the transposed product walks the transposed matrix. */
export function registerCsrMatmulWebGpu(names: { forward: string; transposed: string }): void {
  registerWebGpu(names.forward, (backend, { indptr, indices, data, x }) => [
    multiply(backend, { indptr, indices, data, x }),
  ]);
  registerWebGpu(names.transposed, (backend, { backIndptr, backIndices, backData, x }) => [
    multiply(backend, { indptr: backIndptr, indices: backIndices, data: backData, x }),
  ]);
}

/** One thread per output element, or per four of a row; rows are summed in CSR order, so results repeat bit for bit. */
function multiply(
  backend: WebGPUBackend,
  inputs: { indptr: TensorInfo; indices: TensorInfo; data: TensorInfo; x: TensorInfo },
): TensorInfo {
  const [nRows, nChannels] = [inputs.indptr.shape[0] - 1, inputs.x.shape[1]];
  const { width, type } = lanes(nChannels);
  return run(backend, {
    key: `labCsrMatmul${width}`,
    inputs: Object.entries(inputs),
    vec4: width === 4 ? ["x", "result"] : [],
    uniforms: [["rowLength", "i32", nChannels / width]],
    outputShape: [nRows, nChannels],
    threads: (nRows * nChannels) / width,
    body: `
      let row = index / uniforms.rowLength;
      let channel = index - row * uniforms.rowLength;
      let last = indptr[row + 1];
      var sum = ${type}(0.0);
      for (var e = indptr[row]; e < last; e++) {
        sum += data[e] * x[indices[e] * uniforms.rowLength + channel];
      }
      result[index] = sum;`,
  });
}
