import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threaded from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import type { BackendPlatform } from "../src/core/backend/backend";

/** What the engine needs to know of a page or a worker. */
export function workerPlatform(): BackendPlatform {
  const urls = {
    "tfjs-backend-wasm.wasm": plain,
    "tfjs-backend-wasm-simd.wasm": simd,
    "tfjs-backend-wasm-threaded-simd.wasm": threaded,
  };
  return {
    wasmUrl: (fileName) => urls[fileName],
    gpu: navigator.gpu as GPU | undefined,
    nThreads: navigator.hardwareConcurrency,
    crossOriginIsolated: globalThis.crossOriginIsolated,
    whileReporting,
  };
}

/** Emscripten asks `navigator.hardwareConcurrency` while the module starts. */
async function whileReporting<T>(nCores: number, load: () => Promise<T>): Promise<T> {
  Object.defineProperty(navigator, "hardwareConcurrency", { value: nCores, configurable: true });
  try {
    return await load();
  } finally {
    // the browser's own stands on the prototype
    Reflect.deleteProperty(navigator, "hardwareConcurrency");
  }
}
