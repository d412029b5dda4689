import { registerWebGpu } from "../register";
import { run } from "../webgpu-program";

/** One thread per element; the hash is that of core/random.ts, in the same 32-bit integers. */
export function registerDropoutWebGpu(name: string): void {
  registerWebGpu(name, (backend, { x }, { key, threshold, scale }) => {
    const y = run(backend, {
      key: "labDropout",
      inputs: [["x", x]],
      uniforms: [
        ["key", "u32", key],
        ["threshold", "u32", threshold],
        ["scale", "f32", scale],
      ],
      outputShape: x.shape,
      threads: x.shape.reduce((a, b) => a * b, 1),
      body: `
        var h = u32(index) ^ uniforms.key;
        h = (h ^ (h >> 16u)) * 0x21f0aaadu;
        h = (h ^ (h >> 15u)) * 0x735a2d97u;
        h = h ^ (h >> 15u);
        result[index] = select(0.0, x[index] * uniforms.scale, h >= uniforms.threshold);`,
    });
    return [y];
  });
}
