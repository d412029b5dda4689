import type { Tensor } from "@tensorflow/tfjs-core";
import type { LabError } from "../errors";

export type BackendName = "webgpu" | "wasm" | "cpu";

/** What a page, a worker and Node each know and core may not. */
export interface BackendPlatform {
  /** Where tfjs finds one of its .wasm files: a URL in a page, a path in Node. */
  wasmUrl(fileName: WasmFileName): string;
  readonly gpu: GPU | undefined;
  /** Threads that wasm may use; 1 where shared memory is not to be had. */
  readonly nThreads: number;
  readonly crossOriginIsolated: boolean;
  /** Runs `load` while the platform says it has `nCores` cores: tfjs's threaded module takes half of what it sees. */
  whileReporting<T>(nCores: number, load: () => Promise<T>): Promise<T>;
  /** Loads tfjs's wasm module where tfjs's own loader does not serve; undefined to leave it to that. */
  loadWasm(threaded: boolean): Promise<unknown>;
  /**
   * Starts a thread that calls the function whose text is `program` with a copy of `data`, in which memory stays
   * shared. `ended` hears why, should the thread end or fail; it does not keep a program from ending.
   */
  startThread(program: string, data: unknown, ended: (reason: string) => void): PlatformThread;
}

export interface PlatformThread {
  terminate(): void;
}

export type WasmFileName =
  | "tfjs-backend-wasm.wasm"
  | "tfjs-backend-wasm-simd.wasm"
  | "tfjs-backend-wasm-threaded-simd.wasm";

export interface BackendOptions {
  /** `auto`: hardware WebGPU, then wasm. `cpu` is for tests; nothing falls through to it. */
  readonly prefer: "auto" | BackendName;
  /** Lets a software GPU through: right for checking shaders, 50 times slower than wasm for training. */
  readonly allowSoftware?: boolean;
  readonly platform: BackendPlatform;
}

/** What was opened and why, for the badge on the page and the head of a run's record. */
export interface BackendReport {
  readonly name: BackendName;
  /** The GPU in words; absent off the GPU. */
  readonly adapter?: string;
  readonly software: boolean;
  readonly threads: number;
  readonly simd: boolean;
  /** One sentence: why this one. */
  readonly why: string;
  /** The better ones that were passed over, and why. */
  readonly tried: readonly { readonly name: BackendName; readonly reason: string }[];
}

export interface BackendMemory {
  /** Bytes of live tensors. */
  readonly bytes: number;
  /** Most bytes of live tensors at once since the backend was opened, or since `restartPeak`. */
  readonly peakBytes: number;
  /** Bytes held from the system: the wasm heap, or all GPU buffers with the pool of free ones. */
  readonly heldBytes: number;
  readonly tensors: number;
}

/** What a device holds at most; null where it does not say. */
export interface BackendLimits {
  readonly totalBytes: number | null;
  /** One array. */
  readonly arrayBytes: number | null;
}

/** An open backend. One at a time in a thread; open in a worker, so that a lost one can be thrown away with it. */
export interface Backend {
  readonly name: BackendName;
  readonly report: BackendReport;
  readonly limits: BackendLimits;
  /**
   * Settles once, when the device is gone (driver reset, out of memory, unplugged). All tensors are lost with it: end
   * the run, dispose, and open again from a checkpoint, in a fresh worker where possible.
   */
  readonly lost: Promise<LabError>;
  /** Throws the GPU error that came in since the last check. Call it once a step: GPU errors otherwise pass silently. */
  check(): void;
  /** The numbers of a float tensor; checks afterwards. Never `dataSync`: it loses the device on WebGPU. */
  read(tensor: Tensor): Promise<Float32Array>;
  memory(): BackendMemory;
  /** Begins the peak anew with what is alive now: a run asks for its own, not for that of what ran before it. */
  restartPeak(): void;
  /** Gives pooled GPU buffers back to the system; call it when batch sizes change. */
  trim(): void;
  dispose(): void;
}

/** What each kind of backend contributes; `open` makes the Backend of it. */
export interface OpenedDevice {
  readonly adapter?: string;
  readonly software: boolean;
  readonly threads: number;
  readonly simd: boolean;
  readonly limits: BackendLimits;
  readonly lost: Promise<LabError>;
  takeError(): LabError | undefined;
  heldBytes(): number;
  peakBytes(): number;
  restartPeak(): void;
  trim(): void;
  /** After tfjs's own end: frees what the lab holds itself. */
  close(): void;
}
