import { registerWebGpu } from "../register";
import { lanes, run } from "../webgpu-program";

/** One thread per output element, or per four of a row. */
export function registerGatherRowsWebGpu(name: string, addName: string): void {
  registerWebGpu(name, (backend, { x, index }) => {
    const [nOut, nChannels] = [index.shape[0], x.shape[1]];
    const { width, type } = lanes(nChannels);
    const rows = run(backend, {
      key: `labGatherRows${width}`,
      inputs: Object.entries({ x, rows: index }),
      vec4: width === 4 ? ["x", "result"] : [],
      uniforms: [["rowLength", "i32", nChannels / width]],
      outputShape: [nOut, nChannels],
      threads: (nOut * nChannels) / width,
      body: `
        let r = index / uniforms.rowLength;
        let channel = index - r * uniforms.rowLength;
        let row = rows[r];
        var value = ${type}(0.0);
        if (row >= 0) { value = x[row * uniforms.rowLength + channel]; }
        result[index] = value;`,
    });
    return [rows];
  });

  registerWebGpu(addName, (backend, { sums, x, index }) => {
    const nChannels = x.shape[1];
    const { width } = lanes(nChannels);
    run(backend, {
      key: `labAddRows${width}`,
      inputs: Object.entries({ x, rows: index }),
      into: sums,
      vec4: width === 4 ? ["x", "result"] : [],
      uniforms: [["rowLength", "i32", nChannels / width]],
      outputShape: sums.shape,
      threads: (x.shape[0] * nChannels) / width,
      body: `
        let r = index / uniforms.rowLength;
        let channel = index - r * uniforms.rowLength;
        let row = rows[r];
        if (row >= 0) { result[row * uniforms.rowLength + channel] += x[index]; }`,
    });
    return [];
  });
}
