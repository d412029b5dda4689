import { registerWebGpu } from "../register";
import { run, type Shader } from "../webgpu-program";
import type { DropoutKey } from "./reference";

/** WGSL of the mask, to be kept under its key in one shader; needs `maskUniforms`. The hash is core/random.ts's. */
export const KEEP_FACTOR = `
  fn keepFactor(element : u32) -> f32 {
    var h = element ^ uniforms.dropKey;
    h = (h ^ (h >> 16u)) * 0x21f0aaadu;
    h = (h ^ (h >> 15u)) * 0x735a2d97u;
    h = h ^ (h >> 15u);
    return select(0.0, uniforms.dropScale, h >= uniforms.dropThreshold);
  }`;

export function maskUniforms({ key, threshold, scale }: DropoutKey): Shader["uniforms"] {
  return [
    ["dropKey", "u32", key],
    ["dropThreshold", "u32", threshold],
    ["dropScale", "f32", scale],
  ];
}

/** One thread per element. */
export function registerDropoutWebGpu(name: string): void {
  registerWebGpu(name, (backend, { x }, attributes) => {
    const y = run(backend, {
      key: "labDropout",
      inputs: [["x", x]],
      uniforms: maskUniforms(attributes as unknown as DropoutKey),
      outputShape: x.shape,
      threads: x.shape.reduce((a, b) => a * b, 1),
      functions: KEEP_FACTOR,
      body: "result[index] = x[index] * keepFactor(u32(index));",
    });
    return [y];
  });
}
