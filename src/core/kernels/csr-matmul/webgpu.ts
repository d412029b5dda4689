import { registerWebGpu } from "../register";
import { lanes, run } from "../webgpu-program";

/** One thread per output element, or per four of a row; rows are summed in CSR order, so results repeat bit for bit. */
export function registerCsrMatmulWebGpu(name: string): void {
  registerWebGpu(name, (backend, { indptr, indices, data, x }) => {
    const [nRows, nChannels] = [indptr.shape[0] - 1, x.shape[1]];
    const { width, type } = lanes(nChannels);
    const y = run(backend, {
      key: `labCsrMatmul${width}`,
      inputs: Object.entries({ indptr, indices, data, x }),
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
    return [y];
  });
}
