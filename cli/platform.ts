import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { BackendPlatform, PlatformThread } from "../src/core/backend/backend";

const require = createRequire(import.meta.url);
// browsers have had relaxed SIMD since 2023; Node has it too, under a flag before its version 21
if (Number.parseInt(process.versions.node, 10) < 21) setFlagsFromString("--experimental-wasm-relaxed-simd");

const WASM_PACKAGE = "@tensorflow/tfjs-backend-wasm";

/**
 * What the engine needs to know of Node: where the .wasm files lie, a GPU through Dawn, and threads.
 *
 * @param gpu      loads Dawn (npm `webgpu`), which takes a moment; without it only wasm can be opened
 * @param threads  threads of the wasm backend; 1 keeps to one core
 */
export async function nodePlatform({ gpu = true, threads = availableParallelism() } = {}): Promise<BackendPlatform> {
  return {
    wasmUrl: (fileName) => require.resolve(`${WASM_PACKAGE}/dist/${fileName}`),
    gpu: gpu ? await loadGpu() : undefined,
    nThreads: threads,
    crossOriginIsolated: true, // shared memory needs no headers in Node
    whileReporting,
    loadWasm,
    startThread,
  };
}

function startThread(program: string, data: unknown, ended: (reason: string) => void): PlatformThread {
  const script = `(${program})(require("node:worker_threads").workerData);`;
  // none of this process's own flags: a loader of the test runner has no place in there
  const worker = new Worker(script, { eval: true, workerData: data, execArgv: [] });
  worker.unref();
  worker.on("error", (error) => ended(String(error)));
  worker.on("exit", (status) => ended(`The thread ended with status ${status}.`));
  return { terminate: () => void worker.terminate() };
}

/** Emscripten asks `os.cpus` while the module starts. */
async function whileReporting<T>(nCores: number, load: () => Promise<T>): Promise<T> {
  const os = require("node:os") as typeof import("node:os");
  const { cpus } = os;
  const [first] = cpus();
  os.cpus = () => new Array(nCores).fill(first);
  try {
    return await load();
  } finally {
    os.cpus = cpus;
  }
}

/** Dawn's GPU, its classes made global as in a browser; undefined where the native module does not load. */
async function loadGpu(): Promise<GPU | undefined> {
  try {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    const gpu = create([]);
    // tfjs looks for the GPU on `navigator`, which older Nodes lack; it reads the user agent as well
    const navigator = globalThis.navigator ?? { userAgent: `Node.js/${process.versions.node}` };
    Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
    Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
    return gpu;
  } catch {
    return undefined;
  }
}

type WasmFactory = (config: object) => Promise<object>;

/**
 * tfjs's wasm module, loaded as the CommonJS that it is: bundled with tfjs's own loader, it would find no `require`.
 * Emscripten's handlers for uncaught errors go again: they print the module's one long line before every error.
 */
async function loadWasm(threaded: boolean): Promise<unknown> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => new Set(process.listeners(event as "uncaughtException")));
  try {
    return await (threaded ? loadThreaded() : loadPlain());
  } finally {
    events.forEach((event, i) => {
      for (const listener of process.listeners(event as "uncaughtException"))
        if (!before[i].has(listener)) process.removeListener(event, listener);
    });
  }
}

function loadPlain(): Promise<unknown> {
  const factory = require(`${WASM_PACKAGE}/wasm-out/tfjs-backend-wasm.js`) as WasmFactory;
  const binary = require.resolve(`${WASM_PACKAGE}/dist/tfjs-backend-wasm-simd.wasm`);
  return factory({ locateFile: () => binary });
}

/**
 * On worker_threads. tfjs never takes the threaded module in Node, because it hands its threads' code over as a Blob
 * URL, which Node cannot start; written to a file, that code runs as it is.
 */
async function loadThreaded(): Promise<unknown> {
  const name = "tfjs-backend-wasm-threaded-simd";
  const script = require.resolve(`${WASM_PACKAGE}/wasm-out/${name}.js`);
  const binary = require.resolve(`${WASM_PACKAGE}/dist/${name}.wasm`);
  const { wasmWorkerContents } = require(`${WASM_PACKAGE}/wasm-out/${name}.worker.js`);
  const folder = mkdtempSync(join(tmpdir(), "spatialssl-wasm-"));
  try {
    const thread = join(folder, "thread.cjs");
    // tfjs keeps the code with its line breaks already unescaped
    writeFileSync(thread, wasmWorkerContents.replaceAll("\n", "\\n"));
    const module = (await (require(script) as WasmFactory)({
      mainScriptUrlOrBlob: script,
      locateFile: (file: string) => (file.endsWith(".worker.js") ? thread : binary),
    })) as { PThread: { unusedWorkers: Worker[] } };
    // a thread that has work asks to be waited for, and the pool's threads always have: the program would never end
    for (const worker of module.PThread.unusedWorkers) worker.ref = () => {};
    return module;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
