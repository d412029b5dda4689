import { expect, test } from "vitest";
import { createTurns } from "./turns";

const tick = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("work is done one after another in the order it was asked for, also after a failure", async () => {
  const turn = createTurns();
  const log: string[] = [];
  const slow = turn(async () => {
    log.push("slow begins");
    await tick(20);
    log.push("slow ends");
  });
  const failing = turn(async () => {
    log.push("failing");
    throw new Error("no");
  });
  const last = turn(async () => log.push("last"));
  await expect(failing).rejects.toThrow("no");
  await Promise.all([slow, last]);
  expect(log).toEqual(["slow begins", "slow ends", "failing", "last"]);
});
