import { LabError, type LabErrorCode, toLabError } from "../src/core/errors";
import type { Task } from "../src/core/task";

/** Methods a thread offers: each takes one request, may stream events, and ends with one result. */
export type Api = Record<string, { request: unknown; event: unknown; result: unknown }>;

/** How far a long call is: `done` of `total`, and what is being done. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** What a handler is given besides its request. */
export interface Context<Event> {
  readonly signal: AbortSignal;
  emit(event: Event, transfer?: Transferable[]): void;
  /** The same call as a core Task: progress goes to the caller, `cancelled` follows the signal. */
  readonly task: Task;
}

/** A result whose buffers move rather than being copied. */
export interface Reply<Result> {
  readonly result: Result;
  readonly transfer?: Transferable[];
}

export type Handlers<A extends Api> = {
  [M in keyof A]: (
    request: A[M]["request"],
    context: Context<A[M]["event"]>,
  ) => Promise<Reply<A[M]["result"]>> | Reply<A[M]["result"]>;
};

export interface CallOptions<Event> {
  readonly onEvent?: (event: Event) => void;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  readonly transfer?: Transferable[];
}

export interface Client<A extends Api> {
  <M extends keyof A & string>(
    method: M,
    request: A[M]["request"],
    options?: CallOptions<A[M]["event"]>,
  ): Promise<A[M]["result"]>;
  /** Rejects everything still open, e.g. because the thread behind the port died. */
  fail(error: LabError): void;
}

interface ErrorMessage {
  readonly code: LabErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly detail: string;
  /** Own properties of a LabError's subclass that survive a structured clone (the choices of an ambiguous file). */
  readonly extra: Record<string, unknown>;
}

type ToWorker =
  | { kind: "call"; id: number; method: string; request: unknown; flag: Int32Array<SharedArrayBuffer> | null }
  | { kind: "abort"; id: number };
type FromWorker =
  | { kind: "event"; id: number; event: unknown }
  | { kind: "progress"; id: number; progress: Progress }
  | { kind: "result"; id: number; result: unknown }
  | { kind: "error"; id: number; error: ErrorMessage };

/** The part of Worker, MessagePort and DedicatedWorkerGlobalScope that the protocol needs. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  start?(): void;
}

/** Progress twice as often as the screen needs it would only keep the threads busy. */
const progressEveryMs = 50;

/** Answers the calls that come in through `port`. A thread may serve several ports with the same handlers. */
export function serve<A extends Api>(port: Port, handlers: Handlers<A>): void {
  const running = new Map<number, AbortController>();
  const send = (message: FromWorker, transfer: Transferable[] = []): void => port.postMessage(message, transfer);

  const answer = async ({ id, method, request, flag }: ToWorker & { kind: "call" }): Promise<void> => {
    const abort = new AbortController();
    running.set(id, abort);
    let lastProgress = 0;
    const task: Task = {
      progress(done, total, what) {
        const now = performance.now();
        if (done < total && now - lastProgress < progressEveryMs) return;
        lastProgress = now;
        send({ kind: "progress", id, progress: { done, total, what } });
      },
      get cancelled() {
        return abort.signal.aborted || (flag !== null && Atomics.load(flag, 0) !== 0);
      },
    };
    try {
      const handler = handlers[method];
      if (!handler) throw new LabError("internal", `No method "${method}" on this thread.`);
      const emit = (event: unknown, transfer?: Transferable[]): void => send({ kind: "event", id, event }, transfer);
      const { result, transfer } = await handler(request, { signal: abort.signal, emit, task });
      send({ kind: "result", id, result }, transfer);
    } catch (thrown) {
      send({ kind: "error", id, error: packError(thrown) });
    } finally {
      running.delete(id);
    }
  };

  port.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind === "abort") running.get(data.id)?.abort();
    else if (data.kind === "call") void answer(data);
  });
  port.start?.();
}

/** A typed function that calls the thread behind `port`. */
export function connect<A extends Api>(port: Port): Client<A> {
  interface Pending {
    resolve(value: unknown): void;
    reject(error: LabError): void;
    readonly onEvent: ((event: unknown) => void) | undefined;
    readonly onProgress: ((progress: Progress) => void) | undefined;
  }
  const pending = new Map<number, Pending>();
  let nextId = 0;
  let dead: LabError | null = null;

  port.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    const call = pending.get(data.id);
    if (!call) return;
    if (data.kind === "event") return call.onEvent?.(data.event);
    if (data.kind === "progress") return call.onProgress?.(data.progress);
    pending.delete(data.id);
    if (data.kind === "result") call.resolve(data.result);
    else call.reject(unpackError(data.error));
  });
  port.start?.();

  const call = (method: string, request: unknown, options: CallOptions<never> = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (dead) return reject(dead);
      const { onEvent, onProgress, signal, transfer = [] } = options;
      const id = nextId++;
      pending.set(id, { resolve, reject, onEvent: onEvent as Pending["onEvent"], onProgress });
      const flag = signal ? cancelFlag() : null;
      const abort = (): void => {
        if (flag) Atomics.store(flag, 0, 1);
        port.postMessage({ kind: "abort", id }, []);
      };
      port.postMessage({ kind: "call", id, method, request, flag }, transfer);
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });
  const fail = (error: LabError): void => {
    dead = error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  return Object.assign(call, { fail }) as unknown as Client<A>;
}

/**
 * A word of shared memory, so that a call deep in a synchronous loop sees that it was cancelled: the abort message
 * would wait until the loop is over. Null where the page is not cross-origin isolated; then only the message is left.
 */
function cancelFlag(): Int32Array<SharedArrayBuffer> | null {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  return isolated === false || typeof SharedArrayBuffer === "undefined"
    ? null
    : new Int32Array(new SharedArrayBuffer(4));
}

function packError(thrown: unknown): ErrorMessage {
  const error = toLabError(thrown);
  const {
    code,
    message,
    hint,
    detail,
    name: _name,
    stack: _stack,
    ...extra
  } = Object.assign({}, error, {
    message: error.message,
  }) as LabError & Record<string, unknown>;
  return { code, message, hint, detail, extra };
}

function unpackError({ code, message, hint, detail, extra }: ErrorMessage): LabError {
  return Object.assign(new LabError(code, message, hint, detail), extra);
}
