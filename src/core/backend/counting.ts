import type { BackendWasm as Wasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { shareArithmetic } from "../kernels/arithmetic";
import type { Backend, BackendReport } from "./backend";
import { shareEqualData } from "./wasm-share";

/** What a piece of work would have asked of the wasm backend. */
export interface Counted {
  /** Bytes of arrays alive now. */
  readonly bytes: number;
  /** Most bytes of arrays at once. */
  readonly peakBytes: number;
  /** Bytes alive when the first differentiated function had been computed, before its gradients: what it kept for them. */
  readonly keptBytes: number;
  /** Bytes of every array that was asked for, in order. */
  readonly arrays: readonly number[];
}

export interface CountingBackend {
  /** To be handed to whatever does the work; its reads give zeros. */
  readonly backend: Backend;
  counted(): Counted;
  /** Begins the peaks and the list anew, with what is alive now. */
  restart(): void;
  /** Gives the engine back to the backend that was active before. */
  close(): Promise<void>;
}

/** What a kernel of tfjs does with numbers on the host. There are none. */
class NoNumbers {
  constructor(readonly length: number) {}
  set(): void {}
  fill(): this {
    return this;
  }
  subarray(): this {
    return this;
  }
}

/**
 * The wasm backend with its memory and its arithmetic taken out: every kernel asks for what it always asks for, and
 * nothing is allocated or computed. So the memory of a step is known in milliseconds, from the code that will run it.
 *
 * tfjs keeps one engine for a thread, and its kernels keep the module they were set up with: until `close`, nothing
 * else may compute in this thread. Tensors of the backend before stay as they are and are not counted.
 *
 * @param threads  of the backend that is stood in for; scratch space is theirs each
 */
export async function openCounting(threads = 1): Promise<CountingBackend> {
  // also registers tfjs's wasm kernels, where another backend is the one that is open
  const { BackendWasm } = await import("@tensorflow/tfjs-backend-wasm");
  const engine = tf.engine();
  const { registry, registryFactory, state } = engine;
  const before = { active: engine.backendName, wasm: registry.wasm, factory: registryFactory.wasm };
  const foreignTensors = state.numTensors;

  const sizes = new Map<number, number>();
  let [bytes, peakBytes, keptBytes] = [0, 0, 0];
  let arrays: number[] = [];
  let differentiating = false;
  let address = 0;
  const malloc = (size: number): number => {
    // the first array of the backward pass is asked for when all of the forward pass is done; what gradients differentiate
    // on their own comes after it
    if (differentiating && state.gradientDepth === 0 && keptBytes === 0) keptBytes = bytes;
    differentiating = state.gradientDepth > 0;
    arrays.push(size);
    bytes += size;
    peakBytes = Math.max(peakBytes, bytes);
    sizes.set(++address, size);
    return address;
  };
  const free = (at: number): void => {
    bytes -= sizes.get(at) ?? 0;
    sizes.delete(at);
  };
  const zeros = new NoNumbers(0);
  const module = {
    idleThreads: threads, // see kernels/wasm-module.ts
    _malloc: malloc,
    _free: free,
    cwrap: () => () => 0,
    HEAPU8: { buffer: new ArrayBuffer(0), set() {}, slice: (from: number, to: number) => new Uint8Array(to - from) },
    tfjs: {
      init() {},
      initWithThreadsCount() {},
      getThreadsCount: () => threads,
      registerTensor() {},
      disposeData() {},
      dispose() {},
    },
  };
  const counting = new BackendWasm(module as unknown as Wasm["wasm"]);
  counting.typedArrayFromHeap = () => zeros as unknown as Float32Array;
  // under the name wasm, so that every choice that code makes by the name is made the same
  registry.wasm = counting;
  registryFactory.wasm ??= { factory: () => counting, priority: 0 };
  await tf.setBackend("wasm");
  shareEqualData();
  shareArithmetic();

  const report: BackendReport = { name: "wasm", software: false, threads, simd: true, why: "To count.", tried: [] };
  const memory = () => ({ bytes, peakBytes, heldBytes: bytes, tensors: state.numTensors - foreignTensors });
  return {
    backend: {
      name: "wasm",
      report,
      limits: { totalBytes: null, arrayBytes: null },
      lost: new Promise(() => {}),
      check() {},
      read: async (tensor) => (await tensor.data()) as Float32Array,
      memory,
      restartPeak() {
        peakBytes = bytes;
      },
      trim() {},
      dispose() {},
    },
    counted: () => ({ bytes, peakBytes, keptBytes, arrays }),
    restart() {
      [peakBytes, keptBytes] = [bytes, 0];
      arrays = [];
    },
    async close() {
      if (before.wasm) registry.wasm = before.wasm;
      else delete registry.wasm;
      if (!before.factory) delete registryFactory.wasm;
      // also sets the wasm kernels up with their own module again
      if (registry[before.active]) await tf.setBackend(before.active);
    },
  };
}
