import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./testing/temporary-folder";
import { writeBytes, writeFile } from "./write-file";

const cwd = temporaryFolder();
const path = join(cwd, "out.bin");

test("a file appears only when it is whole", async () => {
  await writeFile(path, (sink) => {
    sink(Uint8Array.of(1, 2));
    expect(existsSync(path)).toBe(false);
    sink(Uint8Array.of(3));
  });
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  expect(readdirSync(cwd)).toEqual(["out.bin"]);
});

test("when filling fails the old file stays and nothing else", async () => {
  writeFileSync(path, "old");
  const failing = writeFile(path, (sink) => {
    sink(Uint8Array.of(1));
    throw new Error("no more");
  });
  await expect(failing).rejects.toThrow("no more");
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(cwd)).toEqual(["out.bin"]);
});

test("what the system refuses is told with its words", async () => {
  await expect(writeBytes(join(cwd, "no", "out.bin"), "text")).rejects.toMatchObject({
    code: "missing",
    message: "out.bin cannot be written.",
  });
});
