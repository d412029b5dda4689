import { type Api, type Handlers, type Port, serve } from "../../../workers/rpc";

/** What a thread of this name answers; a handler that is not here gives null. */
export type Answers = Partial<Record<string, (request: unknown, signal: AbortSignal) => unknown>>;

/**
 * Stands in for the page's workers: each answers through the real protocol, in this thread, and can be made to die.
 *
 * @param answers  by the thread's name; read at every call
 */
export function fakeThreads(answers: Record<string, Answers>): { readonly alive: ReadonlyMap<string, FakeThread> } {
  const alive = new Map<string, FakeThread>();
  class Started extends FakeThread {
    constructor(url: URL) {
      const name = /(\w+)\.worker/.exec(url.pathname)?.[1] ?? "";
      super((method) => answers[name]?.[method]);
      alive.set(name, this);
    }
  }
  Object.assign(globalThis, { Worker: Started });
  return { alive };
}

export class FakeThread extends EventTarget {
  #inside = new EventTarget();
  #ended = false;

  constructor(answerTo: (method: string) => Answers[string]) {
    super();
    const port: Port = {
      postMessage: (data) => this.#deliver(this, data),
      addEventListener: (type, listener) => this.#inside.addEventListener(type, listener as EventListener),
    };
    const handlers = new Proxy({} as Handlers<Api>, {
      get: (_, method: string) => async (request: unknown, context: { signal: AbortSignal }) => ({
        result: (await answerTo(method)?.(request, context.signal)) ?? null,
      }),
    });
    serve<Api>(port, handlers);
  }

  postMessage(data: unknown): void {
    this.#deliver(this.#inside, data);
  }

  terminate(): void {
    this.#ended = true;
  }

  /** An error that nobody caught, as a browser tells it. */
  die(): void {
    this.#ended = true;
    this.dispatchEvent(new Event("error"));
  }

  #deliver(to: EventTarget, data: unknown): void {
    setTimeout(() => {
      if (!this.#ended) to.dispatchEvent(new MessageEvent("message", { data }));
    });
  }
}
