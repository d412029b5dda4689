import { afterEach, expect, test } from "vitest";
import { LabError } from "../src/core/errors";
import { throwIfCancelled } from "../src/core/task";
import { connect, type Port, type Progress, serve } from "./rpc";

type CountApi = {
  count: { request: { to: number }; event: { at: number }; result: { bytes: Float32Array; at: number } };
  never: { request: null; event: never; result: null };
  spin: { request: null; event: { spinning: true }; result: { turns: number } };
};

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

function pair() {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  serve<CountApi>(port1 as unknown as Port, {
    async count({ to }, { emit, task }) {
      if (to < 0) {
        throw Object.assign(new LabError("range", `to: expected >= 0, got ${to}.`, "Give a positive number."), {
          choices: [1, 2],
        });
      }
      let at = 0;
      for (; at < to; at++) {
        throwIfCancelled(task, "Counting");
        emit({ at });
        task.progress(at, to, "counting");
        await new Promise((resolve) => setTimeout(resolve));
      }
      task.progress(to, to, "counting");
      const bytes = new Float32Array(4);
      return { result: { bytes, at }, transfer: [bytes.buffer] };
    },
    never: () => new Promise(() => {}),
    spin: (_, { task, emit }) => {
      emit({ spinning: true });
      let turns = 0;
      // no message can come in meanwhile; the flag in shared memory does
      while (!task.cancelled && turns < 1e9) turns++;
      return { result: { turns } };
    },
  });
  return connect<CountApi>(port2 as unknown as Port);
}

test("a call streams its events in order, tells its progress, then resolves", async () => {
  const call = pair();
  const seen: number[] = [];
  const progress: Progress[] = [];
  const { bytes, at } = await call(
    "count",
    { to: 3 },
    { onEvent: (e) => seen.push(e.at), onProgress: (p) => progress.push(p) },
  );
  expect(seen).toEqual([0, 1, 2]);
  expect(at).toBe(3);
  expect(bytes.length).toBe(4);
  expect(progress.at(-1)).toEqual({ done: 3, total: 3, what: "counting" });
});

test("a LabError keeps its code, hint and extra properties across threads", async () => {
  await expect(pair()("count", { to: -1 })).rejects.toMatchObject({
    name: "LabError",
    code: "range",
    message: "to: expected >= 0, got -1.",
    hint: "Give a positive number.",
    choices: [1, 2],
  });
});

test("aborting cancels the work, also when the signal was aborted before the call", async () => {
  const call = pair();
  const late = new AbortController();
  const counting = call("count", { to: 1e6 }, { signal: late.signal, onEvent: (e) => e.at === 2 && late.abort() });
  await expect(counting).rejects.toMatchObject({ code: "cancelled" });
  await expect(call("count", { to: 1e6 }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
});

test("a synchronous loop sees that it was cancelled, for no message reaches it", async () => {
  const abort = new AbortController();
  const spinning = pair()("spin", null, { signal: abort.signal });
  abort.abort();
  expect((await spinning).turns).toBeLessThan(1e9);
});

test("an unknown method is an error, not a silence", async () => {
  const call = pair() as unknown as (method: string, request: unknown) => Promise<unknown>;
  await expect(call("cuont", {})).rejects.toMatchObject({ code: "internal" });
});

test("when the thread dies every open call is told, and later calls fail at once", async () => {
  const call = pair();
  const waiting = call("never", null);
  call.fail(new LabError("device", "The engine stopped."));
  await expect(waiting).rejects.toMatchObject({ code: "device" });
  await expect(call("count", { to: 1 })).rejects.toMatchObject({ code: "device" });
});
