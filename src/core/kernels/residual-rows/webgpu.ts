import { registerWebGpu } from "../register";
import { run } from "../webgpu-program";

/** One thread per element for the residual, then one per row for its product. */
export function registerResidualRowsWebGpu(name: string): void {
  registerWebGpu(name, (backend, { codes, quadratic, linear, row }) => {
    const [nRows, channels] = codes.shape;
    const uniforms = [["channels", "i32", channels]] as const;
    const residual = run(backend, {
      key: "labResidualRows",
      inputs: Object.entries({ quadratic, linear, row }),
      uniforms,
      outputShape: [nRows, channels],
      threads: nRows * channels,
      body: "result[index] = quadratic[index] + (linear[index] + row[index % uniforms.channels]);",
    });
    const products = run(backend, {
      key: "labResidualProducts",
      inputs: Object.entries({ codes, linear, row, residual }),
      uniforms,
      outputShape: [nRows, 1],
      threads: nRows,
      body: `
        var sum = 0.0;
        for (var c = 0; c < uniforms.channels; c++) {
          let k = index * uniforms.channels + c;
          sum += codes[k] * (residual[k] + linear[k] + row[c]);
        }
        result[index] = sum;`,
    });
    return [residual, products];
  });
}
