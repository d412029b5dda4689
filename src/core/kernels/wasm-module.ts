import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { threadHost } from "../backend/thread-host";
import { WASM_PLAIN, WASM_PLAIN_RELAXED, WASM_SHARED, WASM_SHARED_RELAXED } from "./wasm-binary";
import { WasmPool } from "./wasm-pool";

/** What runs kernels. */
export type Pool = Pick<WasmPool, "nThreads" | "run">;

const pools = new WeakMap<BackendWasm, Pool>();

/**
 * The lab's kernels, linked to the memory of tfjs's wasm backend, so that they read and write its tensors in place.
 * Emscripten shows that memory as `wasmMemory` where threads share it and among the module's exports elsewhere.
 */
export function wasmPool(backend: BackendWasm): Pool {
  const known = pools.get(backend);
  if (known) return known;
  const { wasmMemory, asm, idleThreads } = backend.wasm as unknown as {
    wasmMemory?: WebAssembly.Memory;
    asm: { memory?: WebAssembly.Memory };
    idleThreads?: number;
  };
  // a backend that only counts (backend/counting.ts) has no memory to link to
  if (idleThreads !== undefined) return { nThreads: idleThreads, run() {} };
  const module = wasmMemory ? newest(WASM_SHARED_RELAXED, WASM_SHARED) : newest(WASM_PLAIN_RELAXED, WASM_PLAIN);
  const pool = new WasmPool(module, (wasmMemory ?? asm.memory)!, threadHost(backend));
  pools.set(backend, pool);
  return pool;
}

/** The module with relaxed SIMD, whose products take half the instructions, where the platform knows it. */
function newest(relaxed: string, fixed: string): WebAssembly.Module {
  const bytes = decode(relaxed);
  return new WebAssembly.Module(WebAssembly.validate(bytes) ? bytes : decode(fixed));
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}
