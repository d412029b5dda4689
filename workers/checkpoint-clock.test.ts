import { expect, test } from "vitest";
import { createCheckpointClock } from "./checkpoint-clock";

test("the first checkpoint comes after two seconds, the next every ten", () => {
  let now = 100;
  const clock = createCheckpointClock(() => now);
  expect(clock.due()).toBe(false);
  now += 2000;
  expect(clock.due()).toBe(true);
  clock.taken(30);
  now += 9999;
  expect(clock.due()).toBe(false);
  now += 1;
  expect(clock.due()).toBe(true);
});

test("a checkpoint that costs much is taken more rarely", () => {
  let now = 0;
  const clock = createCheckpointClock(() => now);
  clock.taken(2000);
  now = 39_999;
  expect(clock.due()).toBe(false);
  now = 40_000;
  expect(clock.due()).toBe(true);
});
