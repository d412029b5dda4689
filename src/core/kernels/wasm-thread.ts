// The two functions of this file run in threads that get nothing but their text: they may use their arguments and the
// platform's globals, and nothing else of this module or another.

/** Where the words of the shared control block lie. */
export const WORD = {
  /** Number of the job that is open; 0 between two jobs. */
  open: 0,
  /** The next range that nobody has taken. */
  next: 1,
  /** Threads, besides the calling one, that may be working. */
  active: 2,
  /** 1 after a kernel has trapped in a thread. */
  failed: 3,
  kernel: 4,
  nRanges: 5,
  nArguments: 6,
  /** Bytes of scratch space for each thread; its first argument is then the address of the first thread's. */
  scratchStep: 7,
  /** nRanges + 1 row numbers. */
  bounds: 8,
} as const;

export type Kernel = (...args: number[]) => void;

/** Takes ranges of the open job, one after the other, until none is left. */
export function takeRanges(
  kernel: Kernel,
  words: Int32Array,
  numbers: Float64Array,
  at: typeof WORD,
  thread: number,
): void {
  const args = Array.from(numbers.subarray(0, words[at.nArguments]));
  if (words[at.scratchStep] > 0) args[0] += thread * words[at.scratchStep];
  const nRanges = words[at.nRanges];
  for (let r = Atomics.add(words, at.next, 1); r < nRanges; r = Atomics.add(words, at.next, 1))
    kernel(words[at.bounds + r], words[at.bounds + r + 1], ...args);
}

export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly at: typeof WORD;
  /** 1, 2, ...; 0 is the calling thread. */
  readonly thread: number;
}

/** A thread's whole life: sleep until a job opens, take part in it, sleep again. Never returns. */
export function serveRanges(
  take: typeof takeRanges,
  { module, memory, words, numbers, at, thread }: ThreadStart,
): void {
  const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports) as Kernel[];
  for (let seen = 0; ; ) {
    Atomics.wait(words, at.open, seen);
    const job = Atomics.load(words, at.open);
    const isNew = job !== seen && job !== 0;
    seen = job;
    if (!isNew) continue;
    // The caller closes the job before it looks at `active`, and this looks at `open` after it has raised `active`:
    // one of the two sees the other, so that no thread reads the words of a job while the next one is written.
    Atomics.add(words, at.active, 1);
    if (Atomics.load(words, at.open) === job) {
      try {
        take(kernels[words[at.kernel]], words, numbers, at, thread);
      } catch {
        Atomics.store(words, at.failed, 1);
      }
    }
    if (Atomics.sub(words, at.active, 1) === 1) Atomics.notify(words, at.active);
  }
}
