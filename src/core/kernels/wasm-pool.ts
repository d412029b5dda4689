import type { ThreadHost } from "../backend/thread-host";
import { LabError } from "../errors";
import { type Kernel, serveRanges, type ThreadStart, takeRanges, WORD } from "./wasm-thread";

/** Ranges for each thread. Several, so that a thread that is held up by another program leaves its share to the rest. */
const RANGES_PER_THREAD = 8;
const MAX_RANGES = 64;
const MAX_ARGUMENTS = 24;
/** Waking a thread costs some ten microseconds: below about as much work, counted in multiplications, it is left asleep. */
const WORTH_SHARING = 2 ** 18;
/** A range takes milliseconds. A thread that is busy for so long will never be done. */
const PATIENCE_MS = 60_000;

/** Rows of a kernel and what they cost. */
export interface Rows {
  readonly count: number;
  /** Byte offset of a CSR's indptr, to divide by entries; without it rows count alike. */
  readonly indptr?: number;
  /** Multiplications, or what takes as long, of the whole kernel. */
  readonly work: number;
}

export interface Scratch {
  readonly at: number;
  /** Bytes of each thread's share. */
  readonly step: number;
}

/**
 * Runs kernels over ranges of rows, on as many threads as the host has. Which thread computes a row has no bearing on
 * the row's sums: the bits are the same whatever the number of threads.
 *
 * A thread that is slow to wake, or has not started yet, is not waited for: the others take the ranges it would have.
 */
export class WasmPool {
  readonly nThreads: number;
  readonly #names: readonly string[];
  readonly #kernels: readonly Kernel[];
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  #startThreads: (() => void) | undefined;
  #job = 0;

  constructor(
    module: WebAssembly.Module,
    private readonly memory: WebAssembly.Memory,
    host: ThreadHost | undefined,
  ) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.#names = Object.keys(exports);
    this.#kernels = Object.values(exports) as Kernel[];
    this.nThreads = host?.nThreads ?? 1;
    const nWords = WORD.bounds + MAX_RANGES + 2; // even, for the numbers behind to be aligned
    const control = host ? new SharedArrayBuffer(4 * nWords + 8 * MAX_ARGUMENTS) : new ArrayBuffer(4 * nWords + 8 * 24);
    this.#words = new Int32Array(control, 0, nWords);
    this.#numbers = new Float64Array(control, 4 * nWords);
    this.#startThreads = host && (() => this.#start(module, host));
  }

  /** Calls the kernel with (fromRow, toRow, [scratch of the thread,] ...args) until every row is done. */
  run(name: string, rows: Rows, args: readonly number[], scratch?: Scratch): void {
    const kernel = this.#names.indexOf(name);
    if (this.nThreads === 1 || rows.work < WORTH_SHARING) {
      this.#kernels[kernel](0, rows.count, ...(scratch ? [scratch.at] : []), ...args);
      return;
    }
    this.#startThreads?.();
    this.#startThreads = undefined;

    const words = this.#words;
    words[WORD.kernel] = kernel;
    words[WORD.nRanges] = this.#divide(rows);
    words[WORD.scratchStep] = scratch?.step ?? 0;
    const all = scratch ? [scratch.at, ...args] : args;
    words[WORD.nArguments] = all.length;
    this.#numbers.set(all);
    Atomics.store(words, WORD.next, 0);
    this.#job = (this.#job % 0x7fffffff) + 1;
    Atomics.store(words, WORD.open, this.#job);
    Atomics.notify(words, WORD.open);
    try {
      takeRanges(this.#kernels[kernel], words, this.#numbers, WORD, 0);
    } finally {
      Atomics.store(words, WORD.next, MAX_RANGES); // after a trap, nobody need go on
      Atomics.store(words, WORD.open, 0);
      this.#waitForThreads();
    }
    if (Atomics.load(words, WORD.failed))
      throw new LabError("device", `The kernel ${name} trapped in a thread.`, "Start again in a fresh worker.");
  }

  /** Writes the bounds of ranges of about equal work and returns how many there are. */
  #divide({ count, indptr }: Rows): number {
    const nRanges = Math.max(1, Math.min(count, MAX_RANGES, RANGES_PER_THREAD * this.nThreads));
    const entries = indptr === undefined ? undefined : new Uint32Array(this.memory.buffer, indptr, count + 1);
    // a row costs about as much as one entry more
    const before = (row: number): number => row + (entries ? entries[row] : 0);
    for (let r = 0; r <= nRanges; r++) {
      const share = (before(count) * r) / nRanges;
      let [low, high] = [0, count];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (before(middle) < share) low = middle + 1;
        else high = middle;
      }
      this.#words[WORD.bounds + r] = low;
    }
    return nRanges;
  }

  #waitForThreads(): void {
    const words = this.#words;
    // ranges are short, so the last ones are mostly done before it would pay to sleep
    for (let spin = 0; spin < 2000; spin++) if (Atomics.load(words, WORD.active) === 0) return;
    const end = performance.now() + PATIENCE_MS;
    for (let active = Atomics.load(words, WORD.active); active > 0; active = Atomics.load(words, WORD.active)) {
      Atomics.wait(words, WORD.active, active, 1000);
      if (performance.now() > end)
        throw new LabError(
          "device",
          "A thread of the wasm backend no longer answers.",
          "Start again in a fresh worker.",
        );
    }
  }

  #start(module: WebAssembly.Module, host: ThreadHost): void {
    const program = `(start) => (${serveRanges})((${takeRanges}), start)`;
    const shared = { module, memory: this.memory, words: this.#words, numbers: this.#numbers, at: WORD };
    for (let thread = 1; thread < host.nThreads; thread++)
      host.start(program, { ...shared, thread } satisfies ThreadStart);
  }
}
