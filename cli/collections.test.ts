import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();

describe("a file of several sections", () => {
  let told: Record<string, unknown>;
  beforeAll(async () => {
    await jsonOf("simulate --tissue cortex --cells 600 --genes 40 --sections 3 --seed 5 three.arrow".split(" "), {
      cwd,
    });
    told = await jsonOf("collect three.arrow --out sections".split(" "), { cwd });
  }, 60_000);

  test("is divided into one file a section, and told with the composition of each", () => {
    expect(readdirSync(join(cwd, "sections"))).toEqual(["section_1.arrow", "section_2.arrow", "section_3.arrow"]);
    expect(told).toMatchObject({ nSections: 3, nObs: 600, nVars: 40 });
    const [domain] = told.labels as { composition: number[][]; missing: number[]; heldOut: string }[];
    expect(domain.composition.map((row) => row.reduce((a, b) => a + b))).toEqual([200, 200, 200]);
    expect(domain.missing).toEqual([0, 0, 0]);
    expect(domain.heldOut).toMatch(/^section_[123]$/);
  });

  test("is the same collection by its folder as by its files, in their own order", async () => {
    expect(await jsonOf(["inspect", "sections"], { cwd })).toEqual(told);
    const files = [3, 1].map((s) => `sections/section_${s}.arrow`);
    const two = await jsonOf(["inspect", ...files], { cwd });
    expect((two.sections as { name: string }[]).map(({ name }) => name)).toEqual(["section_3", "section_1"]);
    expect(two.nObs).toBe(400);
  });

  test("must be divided before it is part of a collection, and folders must hold sections", async () => {
    const { code, lines } = await runCli(["inspect", "three.arrow", "sections"], { cwd });
    expect(code).toBe(1);
    expect(lines.join(" ")).toMatch(/three\.arrow holds 3 sections.*collect/s);
    expect((await runCli(["inspect", "."], { cwd })).code).toBe(1);
    expect((await runCli(["collect", "--out", "x"], { cwd })).code).toBe(2);
    expect((await runCli(["collect", "none.h5ad", "--out", "x"], { cwd })).lines.join()).toMatch("no such file");
  });
});

test("a simulated atlas is a collection of unequal sections", async () => {
  const words = "simulate --tissue hypothalamus --atlas 3 --cells 900 --genes 30 atlas".split(" ");
  expect(await jsonOf(words, { cwd })).toMatchObject({ nSections: 3 });
  const told = await jsonOf(["inspect", "atlas"], { cwd });
  const cells = (told.sections as { cells: number }[]).map((section) => section.cells);
  expect(Math.max(...cells)).toBeGreaterThan(2 * Math.min(...cells));
  expect(told.nObs).toBe(cells.reduce((a, b) => a + b));
  expect((await runCli([...words.slice(0, -1), "--sections", "2", "x"], { cwd })).code).toBe(2);
}, 60_000);

const merfish = fileURLToPath(new URL("../../shared/data/merfish_hypothalamus.h5ad", import.meta.url));
const osmfish = fileURLToPath(new URL("../../shared/data/osmfish_ssp.h5ad", import.meta.url));
const hasData = existsSync(merfish);
if (!hasData) console.warn("cli: ../shared/data is absent, so no real slices were collected.");

test.skipIf(!hasData)("real slices of two tissues share few genes, and what was lost is said", async () => {
  const told = await jsonOf(["inspect", merfish, osmfish], { cwd });
  expect(told).toMatchObject({ nSections: 5, nObs: 23855 + 4839 });
  expect(told.nVars).toBeLessThan(33);
  expect((told.sections as { lostGenes: string[] }[])[4].lostGenes).toHaveLength(33 - (told.nVars as number));
  expect((told.notes as string[]).some((note) => /region is missing in 4 of 5 sections/.test(note))).toBe(true);
  expect(readdirSync(cwd).filter((file) => file.startsWith(".sections-"))).toEqual([]);
});
