import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { RunBudget } from "./run-budget";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const words = "train s.arrow --hidden 64 --epochs 4 --backend wasm".split(" ");
let budget: RunBudget;

beforeAll(async () => {
  await jsonOf("simulate --tissue cortex --cells 1000 --genes 60 --seed 1 s.arrow".split(" "), { cwd });
  budget = (await jsonOf([...words, "--dry-run"], { cwd })) as unknown as RunBudget;
}, 60_000);

test("a dry run says what a run will need, and writes nothing", async () => {
  expect(budget).toMatchObject({ backend: "wasm", fits: true, over: null, mend: null, measuredCells: 1000 });
  expect(Object.values(budget.parts).reduce((a, b) => a + b)).toBe(budget.bytes);
  expect(budget.seconds).toBeCloseTo(4 * budget.secondsPerEpoch!, 6);
  const told = await jsonOf([...words, "--out", "run"], { cwd });
  expect(Math.abs(budget.deviceBytes / (told.peakTensorBytes as number) - 1)).toBeLessThan(0.05);
});

test("a limit that is too low is named with the setting that mends it, which then runs", async () => {
  const limit = `${(0.7 * budget.bytes) / 1e6}MB`;
  const dry = await runCli([...words, "--dry-run", "--memory-limit", limit, "--json"], { cwd });
  expect(dry.code).toBe(2);
  const over = JSON.parse(dry.out) as RunBudget;
  expect(over).toMatchObject({ fits: false, bytes: budget.bytes, secondsPerEpoch: null });
  expect(over.mend!.bytes).toBeLessThan(0.7 * budget.bytes);

  const refused = await runCli([...words, "--out", "refused", "--memory-limit", limit], { cwd });
  expect(refused.code).toBe(1);
  expect(refused.lines.join("\n")).toContain(over.over!.slice(0, 30));
  expect(existsSync(join(cwd, "refused", "run.json"))).toBe(false);

  const flags = over.mend!.flags.split(" ");
  await jsonOf([...words, ...flags, "--out", "mended", "--memory-limit", limit], { cwd });
  expect(existsSync(join(cwd, "mended", "run.json"))).toBe(true);
});

test("a limit must be a size", async () => {
  for (const size of ["lots", "0GB", "2TB"]) {
    const { code, lines } = await runCli([...words, "--dry-run", "--memory-limit", size], { cwd });
    expect(code).toBe(2);
    expect(lines.join()).toContain("--memory-limit: expected a size such as 2GB");
  }
});
