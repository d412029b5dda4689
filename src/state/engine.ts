import { watchLife } from "../../workers/life";
import type { AnalysisApi, CollectionApi, DataApi, EngineApi, GraphApi, StudyApi } from "../../workers/protocol";
import { type Client, connect, type Port } from "../../workers/rpc";
import { LabError } from "../core/errors";

/** The four threads behind the lab. This file is the only place that starts one. */
export interface Threads {
  readonly data: Client<DataApi>;
  readonly graph: Client<GraphApi>;
  readonly engine: Client<EngineApi>;
  readonly analysis: Client<AnalysisApi>;
}

interface Started {
  readonly worker: Worker;
  readonly client: Client<never>;
}

export type ThreadName = "data" | "graph" | "engine" | "analysis" | "study" | "collection";

const started = new Map<ThreadName, Started>();
/** The threads, or on their way. */
let threads: Promise<Threads> | null = null;
/** What the engine and analysis threads are tied to, since `threads` began. */
let roots: Pick<Threads, "data" | "graph"> | null = null;
/** Whether `threads` is still on its way. */
let starting = false;
/** Threads that died since they were started; replaced when someone next asks, so that one that cannot start is not started for ever. */
const dead = new Set<ThreadName>();
let onDeath: (thread: ThreadName, error: LabError) => void = () => {};

/** Who hears of a thread that died. */
export function watchThreads(listener: (thread: ThreadName, error: LabError) => void): void {
  onDeath = listener;
}

/** The threads, started and tied together on first use; those that died are replaced. */
export function getThreads(): Promise<Threads> {
  // data and graph hold what the others refer to: without them all begin anew
  if (!threads || dead.has("data") || dead.has("graph")) return begin(startAll());
  return dead.size > 0 ? restartEngine() : threads;
}

/**
 * A fresh engine and analysis thread on the same data and graph threads.
 * After a lost device or a trapped wasm module the old thread cannot be trusted: the module stays poisoned.
 *
 * @param poisoned  the engine not to be trusted; one that took its place meanwhile is left to whoever uses it.
 *   Without it whatever engine there is gives way, unless it is only just starting
 */
export function restartEngine(poisoned?: Threads["engine"]): Promise<Threads> {
  if (!threads || !roots || dead.has("data") || dead.has("graph")) return getThreads();
  const replaced = poisoned !== undefined && (started.get("engine")?.client as unknown) !== poisoned;
  // ending threads that are on their way would end the run that waits for them
  if ((starting || replaced) && dead.size === 0) return threads;
  end(["engine", "analysis"]);
  return begin(startModelThreads(roots));
}

/** Makes these the threads that everybody gets. */
function begin(fresh: Promise<Threads>): Promise<Threads> {
  const over = (): void => {
    if (threads === fresh) starting = false;
  };
  [threads, starting] = [fresh, true];
  fresh.then(over, over);
  return fresh;
}

async function startAll(): Promise<Threads> {
  end(["data", "graph", "engine", "analysis"]);
  const data = start<DataApi>(
    "data",
    new Worker(new URL("../../workers/data.worker.ts", import.meta.url), { type: "module" }),
  );
  const graph = start<GraphApi>(
    "graph",
    new Worker(new URL("../../workers/graph.worker.ts", import.meta.url), { type: "module" }),
  );
  roots = { data, graph };
  const { port1, port2 } = new MessageChannel();
  const [all] = await Promise.all([
    startModelThreads(roots),
    data("link", { port: port1 }, { transfer: [port1] }),
    graph("link", { peer: "data", port: port2 }, { transfer: [port2] }),
  ]);
  return all;
}

function end(names: readonly ThreadName[]): void {
  for (const name of names) {
    dead.delete(name);
    const old = started.get(name);
    old?.worker.terminate();
    old?.client.fail(new LabError("cancelled", `The ${name} thread was restarted.`));
    started.delete(name);
  }
}

/** A thread for the runs of a study. */
export interface StudyThread {
  readonly call: Client<StudyApi>;
  /** Ends it at once and gives its memory back. */
  end(): void;
}

/**
 * A fresh thread for the runs of a study, so that the lab's own model stays usable beside them; an older one ends.
 * Its death is heard of by whoever called it, and no other thread depends on it.
 */
export async function startStudyThread(): Promise<StudyThread> {
  const { data } = await getThreads();
  end(["study"]);
  const worker = new Worker(new URL("../../workers/study.worker.ts", import.meta.url), { type: "module" });
  const call = start<StudyApi>("study", worker);
  const { port1, port2 } = new MessageChannel();
  await Promise.all([
    data("link", { port: port1 }, { transfer: [port1] }),
    call("link", { peer: "data", port: port2 }, { transfer: [port2] }),
  ]);
  return {
    call,
    end() {
      if (started.get("study")?.worker === worker) end(["study"]);
    },
  };
}

/** A thread for a run over the sections of a collection. */
export interface CollectionThread {
  readonly call: Client<CollectionApi>;
  /** Ends it at once and gives its memory back. */
  end(): void;
}

/** A fresh one; it reads its sections itself, so no other thread is tied to it. Its death is heard of by whoever called it. */
export function startCollectionThread(): CollectionThread {
  end(["collection"]);
  const worker = new Worker(new URL("../../workers/collection.worker.ts", import.meta.url), { type: "module" });
  const call = start<CollectionApi>("collection", worker);
  return {
    call,
    end() {
      if (started.get("collection")?.worker === worker) end(["collection"]);
    },
  };
}

async function startModelThreads({ data, graph }: Pick<Threads, "data" | "graph">): Promise<Threads> {
  const engine = start<EngineApi>(
    "engine",
    new Worker(new URL("../../workers/engine.worker.ts", import.meta.url), { type: "module" }),
  );
  const analysis = start<AnalysisApi>(
    "analysis",
    new Worker(new URL("../../workers/analysis.worker.ts", import.meta.url), { type: "module" }),
  );
  const tie = (
    serve: (port: MessagePort) => Promise<unknown>,
    link: (port: MessagePort) => Promise<unknown>,
  ): Promise<unknown> => {
    const { port1, port2 } = new MessageChannel();
    return Promise.all([serve(port1), link(port2)]);
  };
  await Promise.all([
    tie(
      (port) => data("link", { port }, { transfer: [port] }),
      (port) => engine("link", { peer: "data", port }, { transfer: [port] }),
    ),
    tie(
      (port) => graph("serve", { port }, { transfer: [port] }),
      (port) => engine("link", { peer: "graph", port }, { transfer: [port] }),
    ),
    tie(
      (port) => engine("serve", { port }, { transfer: [port] }),
      (port) => analysis("link", { peer: "engine", port }, { transfer: [port] }),
    ),
    tie(
      (port) => data("link", { port }, { transfer: [port] }),
      (port) => analysis("link", { peer: "data", port }, { transfer: [port] }),
    ),
  ]);
  return { data, graph, engine, analysis };
}

function start<A extends Record<string, { request: unknown; event: unknown; result: unknown }>>(
  name: ThreadName,
  worker: Worker,
): Client<A> {
  const client = connect<A>(worker as unknown as Port);
  started.set(name, { worker, client: client as unknown as Client<never> });
  const died = (why: string): void => {
    const error = new LabError(
      "internal",
      `The ${name} thread stopped: ${why}`,
      "Reload the page; if it happens again with the same file, try fewer cells or genes.",
    );
    // a thread that was replaced meanwhile has no more to say
    if (started.get(name)?.worker !== worker) return;
    // a study's thread and that of a collection are started for their runs, not by whoever next asks for the lab's
    if (name !== "study" && name !== "collection") dead.add(name);
    client.fail(error);
    onDeath(name, error);
  };
  worker.addEventListener("error", (event) => died(event.message || "it could not be loaded."));
  worker.addEventListener("messageerror", () => died("a message could not be read."));
  watchLife(worker, () => died("it was ended from outside, perhaps for its memory."));
  return client;
}
