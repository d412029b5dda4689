import { type Attributes, registerWebGpu } from "../register";
import { run, type Shader } from "../webgpu-program";

const KEEP_FACTOR = `
  fn keepFactor(element : u32) -> f32 {
    var h = element ^ uniforms.dropKey;
    h = (h ^ (h >> 16u)) * 0x21f0aaadu;
    h = (h ^ (h >> 15u)) * 0x735a2d97u;
    h = h ^ (h >> 15u);
    return select(0.0, uniforms.dropScale, h >= uniforms.dropThreshold);
  }`;

/** What a shader needs to drop things: text for its key, its functions and its uniforms. The hash is core/random.ts's. */
export interface Dropping {
  readonly key: string;
  readonly functions: string;
  readonly uniforms: Shader["uniforms"];
  /** WGSL that multiplies by what the mask says of that element, an i32. */
  factor(element: string): string;
}

/** The pieces for a kernel's attributes key, threshold and scale; all of them empty where nothing is dropped. */
export function dropping({ key, threshold, scale }: Attributes): Dropping {
  if (threshold === 0) return { key: "", functions: "", uniforms: [], factor: () => "" };
  return {
    key: "Dropped",
    functions: KEEP_FACTOR,
    uniforms: [
      ["dropKey", "u32", key],
      ["dropThreshold", "u32", threshold],
      ["dropScale", "f32", scale],
    ],
    factor: (element) => ` * keepFactor(u32(${element}))`,
  };
}

/** One thread per element. */
export function registerDropoutWebGpu(name: string): void {
  registerWebGpu(name, (backend, { x }, attributes) => {
    const drop = dropping(attributes);
    const y = run(backend, {
      key: `labDropout${drop.key}`,
      inputs: [["x", x]],
      uniforms: drop.uniforms,
      outputShape: x.shape,
      threads: x.shape.reduce((a, b) => a * b, 1),
      functions: drop.functions,
      body: `result[index] = x[index]${drop.factor("index")};`,
    });
    return [y];
  });
}
