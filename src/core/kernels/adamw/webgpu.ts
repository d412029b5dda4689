import type { TensorInfo } from "@tensorflow/tfjs-core";
import { registerWebGpu } from "../register";
import { run } from "../webgpu-program";

/** One dispatch for each of the three results, one thread per element. */
export function registerAdamWWebGpu(name: string): void {
  registerWebGpu(name, (backend, { w, g, m, v }, attributes) => {
    const { beta1, beta2, keep, rate, rootCorrection, epsilon } = attributes;
    const shader = (key: string, inputs: Record<string, TensorInfo>, numbers: [string, number][], body: string) =>
      run(backend, {
        key: `labAdamW${key}`,
        inputs: Object.entries(inputs),
        uniforms: numbers.map(([name, value]) => [name, "f32", value] as const),
        outputShape: w.shape,
        threads: w.shape.reduce((a, b) => a * b, 1),
        body,
      });
    const first = shader(
      "First",
      { m, g },
      [["beta1", beta1]],
      `
      result[index] = uniforms.beta1 * m[index] + (1.0 - uniforms.beta1) * g[index];`,
    );
    const second = shader(
      "Second",
      { v, g },
      [["beta2", beta2]],
      `
      result[index] = uniforms.beta2 * v[index] + (1.0 - uniforms.beta2) * g[index] * g[index];`,
    );
    const numbers: [string, number][] = [
      ["keep", keep],
      ["rate", rate],
      ["root", 1 / rootCorrection],
      ["eps", epsilon],
    ];
    const moved = shader(
      "Weight",
      { w, first, second },
      numbers,
      `
      result[index] = uniforms.keep * w[index]
        - uniforms.rate * first[index] / (sqrt(second[index]) * uniforms.root + uniforms.eps);`,
    );
    return [moved, first, second];
  });
}
