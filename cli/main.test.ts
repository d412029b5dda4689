import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { badFiles } from "../src/core/io/testing/corpus";
import { runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();

describe("words", () => {
  test("help names every command and ends with 0", async () => {
    const { code, out } = await runCli(["--help"], { cwd });
    expect(code).toBe(0);
    for (const name of ["inspect", "convert", "simulate", "graph", "train", "cluster", "evaluate"])
      expect(out).toContain(`  ${name} `);
    expect((await runCli(["train", "--help"], { cwd })).out).toContain("Usage: train FILE --out DIR");
  });

  test.each([
    { words: [], says: /Which command/ },
    { words: ["fly"], says: /no command "fly"/ },
    { words: ["constructor"], says: /no command "constructor"/ },
    { words: ["inspect"], says: /expected FILE…, got none/ },
    { words: ["graph", "a", "b"], says: /expected FILE, got a b/ },
    { words: ["inspect", "a", "--fast"], says: /Unknown option '--fast'/ },
    { words: ["graph", "a", "--knn", "six"], says: /--knn: expected a whole number from 1 to 1000, got "six"/ },
    { words: ["graph", "a", "--knn", ""], says: /--knn: expected a whole number/ },
    { words: ["graph", "a", "--knn", "6", "--radius", "40"], says: /--knn and --radius exclude each other/ },
    { words: ["graph", "a", "--radius", "40", "--symmetrize", "union"], says: /--symmetrize belongs to --knn/ },
    { words: ["simulate", "--tissue", "leaf", "o.arrow"], says: /--tissue: expected one of cortex, embryo/ },
    { words: ["simulate", "--tissue", "cortex", "o.h5ad"], says: /does not end in .arrow/ },
    { words: ["train", "a.arrow"], says: /--out is missing/ },
    { words: ["cluster", "d", "--k", "3", "--resolution", "1"], says: /exclude each other/ },
    { words: ["cluster", "d", "--method", "k-means"], says: /needs --k/ },
    { words: ["evaluate", "d"], says: /--label is missing/ },
  ])("$words end with 2 and say how it is meant", async ({ words, says }) => {
    const { code, out, lines } = await runCli(words, { cwd });
    expect(lines.join("\n")).toMatch(says);
    expect(code).toBe(2);
    expect(out).toBe("");
  });
});

describe("files", () => {
  test("a file that is not there is named", async () => {
    const { code, out, lines } = await runCli(["inspect", "nowhere.h5ad", "--json"], { cwd });
    expect([code, out]).toEqual([1, ""]);
    expect(lines.join()).toContain("nowhere.h5ad: there is no such file");
  });

  test("every bad file is told with what is wrong, nothing on standard output, and 1", async () => {
    for (const { name, bytes, expect: wanted } of await badFiles()) {
      writeFileSync(join(cwd, name), bytes);
      const { code, out, lines } = await runCli(["inspect", name, "--json"], { cwd });
      const said = lines.join("\n");
      if ("note" in wanted) {
        expect(said, name).toMatch(wanted.note);
        expect(code, name).toBe(0);
      } else {
        expect(said, name).toMatch(wanted.message);
        expect(said, name).toContain(`error (${wanted.code})`);
        expect([code, out], name).toEqual([1, ""]);
      }
    }
  });

  test("an ambiguous file lists what --matrix may be", async () => {
    const ambiguous = (await badFiles()).find(({ expect: e }) => "code" in e && e.code === "ambiguous");
    if (!ambiguous) return;
    writeFileSync(join(cwd, "ambiguous.h5ad"), ambiguous.bytes);
    const { lines } = await runCli(["inspect", "ambiguous.h5ad"], { cwd });
    expect(lines.join("\n")).toMatch(/X: \d+ genes/);
  });

  test("a result that cannot be written leaves nothing behind", async () => {
    const before = readdirSync(cwd);
    const words = ["simulate", "--tissue", "cortex", "--cells", "50", "nowhere/out.arrow"];
    const { code, lines } = await runCli(words, { cwd });
    expect(code).toBe(1);
    expect(lines.join()).toContain("out.arrow cannot be written");
    expect(readdirSync(cwd)).toEqual(before);
  });
});
