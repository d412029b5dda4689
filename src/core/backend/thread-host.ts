import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { LabError } from "../errors";
import type { BackendPlatform, PlatformThread } from "./backend";

/** Where threads beside the calling one come from, for a wasm backend whose memory is shared. */
export interface ThreadHost {
  /** Threads that may work at once, the calling one included. */
  readonly nThreads: number;
  /** Starts a thread that calls the function whose text is `program` with `data`. It ends with the backend. */
  start(program: string, data: unknown): void;
}

const hosts = new WeakMap<BackendWasm, ThreadHost>();

/** The host of that backend's threads; undefined where its memory is not shared. */
export function threadHost(backend: BackendWasm): ThreadHost | undefined {
  return hosts.get(backend);
}

/** Registers a host for `backend`. `close` ends its threads; a thread that ends before is an error to be taken once. */
export function openThreadHost(
  backend: BackendWasm,
  nThreads: number,
  platform: BackendPlatform,
): { close(): void; takeError(): LabError | undefined } {
  const threads: PlatformThread[] = [];
  let error: LabError | undefined;
  let closed = false;
  hosts.set(backend, {
    nThreads,
    start(program, data) {
      const ended = (reason: string): void => {
        if (closed) return;
        const hint = "Start again from the last checkpoint; if it happens again, close other pages or programs.";
        error ??= new LabError("device", "A thread of the wasm backend has ended.", hint, reason);
      };
      threads.push(platform.startThread(program, data, ended));
    },
  });
  return {
    close() {
      closed = true;
      for (const thread of threads.splice(0)) thread.terminate();
      hosts.delete(backend);
    },
    takeError() {
      const taken = error;
      error = undefined;
      return taken;
    },
  };
}
