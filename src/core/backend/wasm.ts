import { BackendWasm, getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { LabError } from "../errors";
import { shareArithmetic } from "../kernels/arithmetic";
import type { BackendPlatform, OpenedDevice } from "./backend";
import { replaceBackend } from "./registry";
import { openThreadHost } from "./thread-host";
import { shareEqualData } from "./wasm-share";

/** tfjs's own bound, compiled into its module. */
const MAX_THREADS = 4;

/** What 32-bit addresses reach. */
const HEAP_BYTES = 2 ** 32;

/** What the lab uses of tfjs's Emscripten module beyond its typed face. */
interface EmscriptenModule {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  readonly HEAPU8: Uint8Array;
}

/**
 * tfjs's wasm backend with SIMD, threaded where memory can be shared.
 *
 * @throws LabError("device") if the module does not load or the platform has no wasm SIMD.
 */
export async function openWasm(platform: BackendPlatform): Promise<OpenedDevice> {
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")))
    throw new LabError("device", "This platform has no WebAssembly SIMD.", "Use a browser from 2023 or later.");

  const threads = Math.max(1, Math.min(MAX_THREADS, platform.nThreads));
  const shared = platform.crossOriginIsolated && threads > 1;
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", shared);
  setThreadsCount(threads);
  setWasmPaths({
    "tfjs-backend-wasm.wasm": platform.wasmUrl("tfjs-backend-wasm.wasm"),
    "tfjs-backend-wasm-simd.wasm": platform.wasmUrl("tfjs-backend-wasm-simd.wasm"),
    "tfjs-backend-wasm-threaded-simd.wasm": platform.wasmUrl("tfjs-backend-wasm-threaded-simd.wasm"),
  });

  const make = libraryFactory();
  const backend = await platform
    .whileReporting(2 * threads, async () => {
      const module = await platform.loadWasm(shared);
      return module ? new BackendWasm(withTfjsCalls(module)) : await make();
    })
    .catch(failedToLoad);
  await replaceBackend("wasm", backend);
  shareEqualData();
  shareArithmetic();
  const heap = watchHeap(backend);
  const host = shared ? openThreadHost(backend, threads, platform) : undefined;
  return {
    software: false,
    threads: getThreadsCount(),
    simd: true,
    limits: { totalBytes: HEAP_BYTES, arrayBytes: HEAP_BYTES },
    lost: new Promise(() => {}), // a wasm module is not lost, it traps in the call that broke it
    takeError: () => host?.takeError(),
    trim() {},
    close: () => host?.close(),
    ...heap,
  };
}

/** tfjs rejects with a bare object. */
function failedToLoad(thrown: unknown): never {
  const message = (thrown as { message?: string } | undefined)?.message ?? String(thrown);
  throw new LabError("device", "The WebAssembly module of tfjs did not load.", "Reload the page.", message);
}

/** tfjs registers the only way to its module's loader when it is imported, once: it is kept for a second opening. */
let factory: (() => Promise<BackendWasm>) | undefined;

function libraryFactory(): () => Promise<BackendWasm> {
  factory ??= tf.findBackendFactory("wasm") as () => Promise<BackendWasm>;
  return factory;
}

/** The calls that tfjs binds after loading its module, for a module that the platform loaded. */
function withTfjsCalls(loaded: unknown): BackendWasm["wasm"] {
  const module = loaded as BackendWasm["wasm"] & {
    cwrap(name: string, returns: string | null, takes: string[]): (...args: number[]) => number;
  };
  const bind = (name: string, nArguments: number, returns: string | null = null) =>
    module.cwrap(name, returns, new Array(nArguments).fill("number"));
  const tfjs = {
    init: bind("init", 0),
    initWithThreadsCount: bind("init_with_threads_count", 1),
    getThreadsCount: bind("get_threads_count", 0, "number"),
    registerTensor: bind("register_tensor", 3),
    disposeData: bind("dispose_data", 1),
    dispose: bind("dispose", 0),
  };
  return Object.assign(module, { tfjs }) as unknown as BackendWasm["wasm"];
}

/**
 * Counts the peak of what tensors take, shared data once, and turns a heap that is full into an error: tfjs ignores a null from malloc and would
 * write over the start of its own memory.
 */
function watchHeap(backend: BackendWasm): Pick<OpenedDevice, "heldBytes" | "peakBytes" | "restartPeak"> {
  const module = backend.wasm as unknown as EmscriptenModule;
  // Emscripten puts the real malloc in place of a stub at the first call: wrap what comes after
  module._free(module._malloc(4));
  const [malloc, free] = [module._malloc, module._free];
  const sizes = new Map<number, number>();
  let [live, peak] = [0, 0];
  module._malloc = (bytes) => {
    const pointer = malloc(bytes);
    if (pointer === 0 && bytes > 0)
      throw new LabError(
        "memory",
        `The wasm heap is full: no room for ${(bytes / 2 ** 20).toFixed(1)} MiB more within 4 GiB.`,
        "Use fewer genes, a narrower model or smaller batches, and start again in a fresh worker.",
      );
    sizes.set(pointer, bytes);
    live += bytes;
    peak = Math.max(peak, live);
    return pointer;
  };
  module._free = (pointer) => {
    live -= sizes.get(pointer) ?? 0;
    sizes.delete(pointer);
    free(pointer);
  };
  return {
    heldBytes: () => module.HEAPU8.byteLength,
    peakBytes: () => peak,
    restartPeak: () => {
      peak = live;
    },
  };
}
