// tfjs publishes this file without types: the code of one of its threads, as text.
declare module "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js" {
  export const wasmWorkerContents: string;
}
