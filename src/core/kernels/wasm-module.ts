import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { WASM_PLAIN, WASM_SHARED } from "./wasm-binary";

/** The exported functions of the lab's kernel module; arguments are numbers and byte offsets into tfjs's heap. */
export type WasmKernels = Readonly<Record<string, (...args: number[]) => void>>;

const instances = new WeakMap<BackendWasm, WasmKernels>();

/**
 * The lab's kernels, linked to the memory of tfjs's wasm backend, so that they read and write its tensors in place.
 * Emscripten shows that memory as `wasmMemory` where threads share it and among the module's exports elsewhere.
 */
export function wasmKernels(backend: BackendWasm): WasmKernels {
  const known = instances.get(backend);
  if (known) return known;
  const { wasmMemory, asm } = backend.wasm as unknown as {
    wasmMemory?: WebAssembly.Memory;
    asm: { memory?: WebAssembly.Memory };
  };
  const bytes = Uint8Array.from(atob(wasmMemory ? WASM_SHARED : WASM_PLAIN), (c) => c.charCodeAt(0));
  const memory = wasmMemory ?? asm.memory;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: memory! } });
  instances.set(backend, exports as WasmKernels);
  return exports as WasmKernels;
}
