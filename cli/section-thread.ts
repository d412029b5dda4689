import { fileURLToPath } from "node:url";
import { isMainThread, type MessagePort, parentPort, Worker, workerData } from "node:worker_threads";
import { LabError, toLabError } from "../src/core/errors";
import { quiet } from "../src/core/task";
import {
  buffersOf,
  type PreparedSection,
  type SectionPlan,
  type SectionSource,
} from "../src/core/train/prepared-section";
import { type Readable, sectionsHere } from "../src/core/train/section-source";
import { fileStore } from "./section-folder";

/** What the thread is told once. */
interface Assignment {
  /** Of the files of the collection, in its order. */
  readonly paths: readonly string[];
  readonly collection: Readable;
  readonly plan: SectionPlan;
}

type Answer =
  | { readonly id: number; readonly prepared: PreparedSection }
  | { readonly id: number; readonly error: Pick<LabError, "code" | "message" | "hint" | "detail"> };

const KEY = "labSections";

/**
 * Sections read and prepared in a thread of their own, while this one trains; their arrays are moved, not copied. The thread
 * runs the very program that calls this (it loads the same bundle, and `serve` at the end of this file does the rest).
 * From sources, as tests run them, no thread can be started: sections are then prepared here.
 */
export function sectionsAhead(assignment: Assignment): SectionSource & { close(): Promise<void> } {
  const program = fileURLToPath(import.meta.url);
  if (program.endsWith(".ts")) {
    const { paths, collection, plan } = assignment;
    return { ...sectionsHere(fileStore(paths), collection, plan), close: async () => {} };
  }
  // none of this process's own flags: its loaders have no place in there
  const worker = new Worker(program, { workerData: { [KEY]: assignment }, execArgv: [] });
  const waiting = new Map<number, { resolve(section: PreparedSection): void; reject(error: LabError): void }>();
  let asked = 0;
  let ended: LabError | null = null;
  const end = (reason: string): void => {
    ended = new LabError("internal", "The thread that reads sections has ended.", "Start the run again.", reason);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on("message", (answer: Answer) => {
    const asking = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("prepared" in answer) asking?.resolve(answer.prepared);
    else asking?.reject(new LabError(answer.error.code, answer.error.message, answer.error.hint, answer.error.detail));
  });
  worker.on("error", (error) => end(String(error)));
  worker.on("exit", (status) => end(`status ${status}`));
  return {
    ahead: true,
    at: (section) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const id = asked++;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, section });
      }),
    close: async () => void (await worker.terminate()),
  };
}

function serve(port: MessagePort, { paths, collection, plan }: Assignment): void {
  const source = sectionsHere(fileStore(paths), collection, plan, quiet);
  port.on("message", async ({ id, section }: { id: number; section: number }) => {
    try {
      const prepared = await source.at(section);
      port.postMessage({ id, prepared } satisfies Answer, buffersOf(prepared));
    } catch (thrown) {
      const { code, message, hint, detail } = toLabError(thrown);
      port.postMessage({ id, error: { code, message, hint, detail } } satisfies Answer);
    }
  });
}

if (!isMainThread && parentPort && typeof workerData === "object" && workerData !== null && KEY in workerData)
  serve(parentPort, workerData[KEY] as Assignment);
