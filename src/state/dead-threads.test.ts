import { expect, test, vi } from "vitest";
import type { SliceInfo } from "../../workers/protocol";
import { LabError } from "../core/errors";
import { getThreads, restartEngine } from "./engine";
import { useLab } from "./lab";
import { type Answers, fakeThreads } from "./testing/fake-threads";

/** Until the threads let it be: links are not answered while it is closed. */
let gate = Promise.resolve();
const engine: Answers = {
  link: () => gate,
  openBackend: () => ({ name: "wasm" }),
  judge: () => ({ over: null }),
  prepare: () => ({ nParameters: 1 }),
  train: (_, signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve({ epoch: 1, paused: true }))),
};
const analysis: Answers = {
  live: () => {
    throw new LabError("internal", "There is nothing to colour.");
  },
};
const { alive } = fakeThreads({ engine, analysis });
const page = Object.assign(new EventTarget(), { hidden: false });
Object.assign(globalThis, { document: page });

const lab = useLab.getState;
const reaches = (kind: string): Promise<void> => vi.waitFor(() => expect(lab().run.kind).toBe(kind));
function closeGate(): () => void {
  let open = (): void => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  return open;
}
const ready = {
  slice: { id: 1, name: "slice" } as SliceInfo,
  graph: { kind: "ready", graphId: 1 } as ReturnType<typeof lab>["graph"],
};

test("Train pressed while the thread that died is being replaced trains, whoever asked for the new one", async () => {
  useLab.setState(ready);
  void lab().train();
  await reaches("training");
  const open = closeGate();
  alive.get("engine")?.die();
  expect(lab().run.kind).toBe("failed");
  void getThreads(); // as whoever looks at a cell asks, before the run that died has come to its end
  await new Promise((resolve) => setTimeout(resolve, 50));
  const pressed = lab().train();
  open();
  await reaches("training");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(lab().run.kind).toBe("training");
  lab().pause();
  await pressed;
  expect(lab().run.kind).toBe("paused");
});

test("an engine that is being replaced is not replaced again, and one that died on the way is", async () => {
  await getThreads();
  const open = closeGate();
  const first = restartEngine();
  const replaced = alive.get("engine");
  const second = restartEngine();
  open();
  expect((await second).engine).toBe((await first).engine);
  expect(alive.get("engine")).toBe(replaced);

  const openAgain = closeGate();
  const doomed = restartEngine();
  alive.get("engine")?.die();
  openAgain();
  await expect(doomed).rejects.toThrow("The engine thread stopped");
  expect(await (await getThreads()).engine("reset", null)).toBeNull();
});

test("a run that comes late to a thread's end leaves the thread that took its place alone", async () => {
  const { engine: old } = await getThreads();
  const { engine: next } = await restartEngine();
  expect((await restartEngine(old)).engine).toBe(next);
  expect((await restartEngine(next)).engine).not.toBe(next);
});
