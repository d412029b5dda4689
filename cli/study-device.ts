import { availableParallelism } from "node:os";
import type { Backend } from "../src/core/backend/backend";
import { openBackend } from "../src/core/backend/open";
import type { Arguments, Context } from "./command";
import { nodePlatform } from "./platform";

export interface Devices {
  open(): Promise<Backend>;
  dispose(): Promise<void>;
}

/** The backend that runs share, opened with the first that needs one. */
export function deviceOf(args: Arguments, threads: number, say: Context["say"]): Devices {
  const prefer = args.choice("backend", ["auto", "webgpu", "wasm", "cpu"], "auto");
  let opened: Promise<Backend> | null = null;
  const open = async (): Promise<Backend> => {
    const platform = await nodePlatform({ gpu: prefer === "auto" || prefer === "webgpu", threads });
    const backend = await openBackend({ prefer, allowSoftware: args.has("allow-software"), platform });
    const { name, adapter, why } = backend.report;
    say(`backend: ${name}${adapter ? ` on ${adapter}` : ""}${threads > 1 ? `, ${threads} threads` : ""}. ${why}`);
    return backend;
  };
  return {
    open() {
      opened ??= open();
      return opened;
    },
    async dispose() {
      const backend = opened;
      opened = null;
      (await backend?.catch(() => null))?.dispose();
    },
  };
}

/** The cores shared out among the runs that go on at once. */
export function defaultThreads(atOnce: number): number {
  return Math.max(1, Math.floor(availableParallelism() / atOnce));
}
