import type { WebGPUBackend, WebGPUProgram } from "@tensorflow/tfjs-backend-webgpu";
import type { TensorInfo } from "@tensorflow/tfjs-core";

/** A compute shader in the lab's own words; `run` turns it into tfjs's. */
export interface Shader {
  /** Names this WGSL text and no other: tfjs silently reuses a pipeline under the same key. */
  readonly key: string;
  /** Tensors in binding order. Seven at most: a stage has eight storage buffers by default, one is the output. */
  readonly inputs: readonly (readonly [name: string, tensor: TensorInfo])[];
  /** Inputs and output to be read as vec4<f32>; the others are read one number at a time. */
  readonly vec4?: readonly string[];
  readonly uniforms: readonly (readonly [name: string, type: "i32" | "u32" | "f32", value: number])[];
  readonly outputShape: number[];
  /** A tensor of that shape to be changed, instead of a new one. */
  readonly into?: TensorInfo;
  /** How many threads have work. */
  readonly threads: number;
  /** WGSL of one thread, `index : i32` below `threads`; it writes `result`. */
  readonly body: string;
  /** WGSL functions that the body calls. */
  readonly functions?: string;
  /**
   * Declarations of what a workgroup of 64 shares. All its threads then run the body, whole workgroups beyond `threads`
   * too, so that they can wait for each other: the body takes care of what it writes.
   */
  readonly shared?: string;
}

/** Threads of a workgroup. */
export const WORKGROUP = 64;
const UNIFORM_TYPES = { i32: "int32", u32: "uint32", f32: "float32" } as const;

/**
 * Runs a shader, one thread per unit of work, with a flat index (tfjs folds more than 65535 workgroups into 2-D).
 * Inputs are read as `name[i]`: tfjs's generated getters go through f32, which is wrong for integers above 2^24.
 */
export function run(backend: WebGPUBackend, shader: Shader): TensorInfo {
  const components = (name: string): number => (shader.vec4?.includes(name) ? 4 : 1);
  const uniforms = [["nThreads", "i32", shader.threads] as const, ...shader.uniforms];
  const program: WebGPUProgram = {
    variableNames: shader.inputs.map(([name]) => name),
    // given in full: with only `outputComponent` tfjs would read integer inputs as vec4<i32>
    variableComponents: shader.inputs.map(([name]) => components(name)),
    outputComponent: components("result"),
    outputShape: shader.outputShape,
    uniforms: `${uniforms.map(([name, type]) => `${name} : ${type}`).join(", ")},`,
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: shader.outputShape.map((_, axis) => axis) },
    dispatch: [Math.ceil(shader.threads / WORKGROUP), 1, 1],
    shaderKey: shader.key,
    getUserCode: () => `
      ${shader.shared ?? ""}
      ${shader.functions ?? ""}
      fn main(index : i32) {
        ${shader.shared === undefined ? "if (index >= uniforms.nThreads) { return; }" : ""}
        ${shader.body}
      }`,
  };
  const values = uniforms.map(([, type, value]) => ({ type: UNIFORM_TYPES[type], data: [value] }));
  const tensors = shader.inputs.map(([, tensor]) => tensor);
  return backend.runWebGPUProgram(program, tensors, "float32", values, shader.into);
}

/** "4" and a quarter of the threads where a row divides into vec4s, else "1" and all of them. */
export function lanes(nChannels: number): { readonly width: 1 | 4; readonly type: "f32" | "vec4<f32>" } {
  return nChannels % 4 === 0 ? { width: 4, type: "vec4<f32>" } : { width: 1, type: "f32" };
}
