import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threaded from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import threadedScript from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js?url";
import { wasmWorkerContents } from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js";
import type { BackendPlatform, PlatformThread } from "../src/core/backend/backend";

/** What the engine needs to know of a worker. */
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
    loadWasm: async (shared) => (shared ? loadThreadedWasm() : undefined),
    startThread,
  };
}

function startThread(program: string, data: unknown, ended: (reason: string) => void): PlatformThread {
  const url = objectUrl(`onmessage = ({ data }) => (${program})(data);`);
  const worker = new Worker(url, { name: "kernels" });
  worker.onerror = (event) => ended(event.message);
  worker.postMessage(data);
  const terminate = (): void => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
  return { terminate };
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

/**
 * tfjs's threaded module from its script as published. tfjs's own loader hands its threads the text of a function, which
 * a bundler has rewritten to call helpers that no thread has.
 */
async function loadThreadedWasm(): Promise<unknown> {
  const script = new URL(threadedScript, import.meta.url).href;
  const text = await (await fetch(script)).text();
  const asModule = objectUrl(`${text}\nexport default WasmBackendModuleThreadedSimd;`);
  // tfjs keeps the threads' code with its line breaks already unescaped
  const thread = objectUrl(wasmWorkerContents.replaceAll("\n", "\\n"));
  try {
    const { default: factory } = await import(/* @vite-ignore */ asModule);
    return await factory({
      mainScriptUrlOrBlob: script,
      locateFile: (file: string) => (file.endsWith(".worker.js") ? thread : new URL(threaded, import.meta.url).href),
    });
  } finally {
    URL.revokeObjectURL(asModule);
    URL.revokeObjectURL(thread);
  }
}

function objectUrl(script: string): string {
  return URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
}
