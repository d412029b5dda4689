import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import { wasmPool } from "./wasm-module";

/** What a kernel takes besides tensors, on any backend: plain numbers. */
export type Attributes = Readonly<Record<string, number>>;
export type Inputs = Readonly<Record<string, tf.TensorInfo>>;

/** Runs a kernel of the lab on the active backend. Its gradient is the caller's business, by `tf.customGrad`. */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attributes: Attributes = {}): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attributes) as tf.Tensor[];
}

/** A tensor's numbers on the host, for reference kernels. */
export interface HostArray {
  readonly shape: number[];
  readonly values: Float32Array | Int32Array;
}

/** Registers the reference twin of a kernel on the cpu backend, where tests and comparisons run it. */
export function registerReference(
  name: string,
  compute: (inputs: Record<string, HostArray>, attributes: Attributes) => HostArray[],
): void {
  register("cpu", name, (inputs, attributes, backend: tf.KernelBackend) => {
    const host = Object.entries(inputs).map(([key, { shape, dataId }]) => {
      return [key, { shape, values: backend.readSync(dataId) as Float32Array | Int32Array }] as const;
    });
    return compute(Object.fromEntries(host), attributes).map(({ shape, values }) => {
      const dtype = values instanceof Int32Array ? "int32" : "float32";
      return { dataId: backend.write(values, shape, dtype) as tf.DataId, shape, dtype };
    });
  });
}

/** What a wasm kernel's launcher works with: addresses in tfjs's heap. */
export interface WasmCall {
  readonly inputs: Inputs;
  readonly attributes: Attributes;
  readonly threads: number;
  /** Byte offset of an input. */
  at(name: string): number;
  /** A new tensor, float32 by default, and its byte offset. */
  output(shape: number[], dtype?: "float32" | "int32"): { readonly info: tf.TensorInfo; readonly at: number };
  /** Byte offset of room for `nFloats`, freed after the call. */
  temporary(nFloats: number): number;
  /**
   * Runs a kernel of an .as.ts file over all rows, divided among the threads. It gets (fromRow, toRow, ...args), with
   * the address of `scratchFloats` floats of the thread's own before `args` where they are asked for.
   */
  run(kernel: string, work: Work, args: readonly number[], scratchFloats?: number): void;
}

/** How a kernel divides. */
export interface Work {
  readonly rows: number;
  /** The input that is the rows' indptr; without it all rows cost the same. */
  readonly indptr?: string;
  /** Multiplications altogether, or what takes as long: little work stays on one thread. */
  readonly multiplications: number;
}

/** Registers the wasm twin of a kernel. */
export function registerWasm(name: string, launch: (call: WasmCall) => tf.TensorInfo[]): void {
  register("wasm", name, (inputs, attributes, backend: BackendWasm) => {
    const pool = wasmPool(backend);
    const output = (shape: number[], dtype: "float32" | "int32" = "float32") => {
      const info = backend.makeOutput(shape, dtype);
      return { info, at: address(backend, info) };
    };
    const at = (key: string) => address(backend, inputs[key]);
    const freed: tf.TensorInfo[] = [];
    const temporary = (nFloats: number): number => {
      const { info, at: start } = output([nFloats]);
      freed.push(info);
      return start;
    };
    try {
      return launch({
        inputs,
        attributes,
        threads: pool.nThreads,
        at,
        output,
        temporary,
        run(kernel, work, args, scratchFloats) {
          const indptr = work.indptr === undefined ? {} : { indptr: at(work.indptr) };
          const rows = { count: work.rows, work: work.multiplications, ...indptr };
          if (scratchFloats === undefined) return pool.run(kernel, rows, args);
          // whole cache lines, so that no two threads write to one
          const floats = 16 * Math.ceil(scratchFloats / 16);
          pool.run(kernel, rows, args, { at: temporary(floats * pool.nThreads), step: 4 * floats });
        },
      });
    } finally {
      for (const { dataId } of freed) backend.disposeData(dataId);
    }
  });
}

/** Registers the WGSL twin of a kernel. */
export function registerWebGpu(
  name: string,
  run: (backend: WebGPUBackend, inputs: Inputs, attributes: Attributes) => tf.TensorInfo[],
): void {
  register("webgpu", name, (inputs, attributes, backend: WebGPUBackend) => run(backend, inputs, attributes));
}

function address(backend: BackendWasm, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

function register<B>(
  backendName: string,
  kernelName: string,
  run: (inputs: Inputs, attributes: Attributes, backend: B) => tf.TensorInfo[],
): void {
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => run(inputs as Inputs, attrs as Attributes, backend as B),
  });
}
