import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { AnnotationFile } from "../src/core/study/annotation/result";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const recipe = `
# the keys of the published pipeline, in YAML
preset: lab
bottleneck: [8]
num_hidden_layers: [1]
pretrain_epochs: 2
train_epochs: 3
ssl: [on, off]
label: class
`;
const few = "--recipe small.yaml --views full --seeds 2 --fractions 1,50 --backend wasm --threads 1";
const study = (out: string, words = few) => `study annotation s.arrow --out ${out} ${words}`.split(" ");
const filesOf = (out: string, folder = "runs") => readdirSync(join(cwd, out, folder)).sort();
const fileOf = (out: string, name: string) =>
  JSON.parse(readFileSync(join(cwd, out, "runs", name), "utf8")) as AnnotationFile;

interface Told {
  readonly runs: readonly Record<string, unknown>[];
  readonly baselines: readonly Record<string, unknown>[];
  readonly words: readonly string[];
  readonly failed: readonly unknown[];
  readonly levels: readonly unknown[];
}
const told = async (words: string[]) => (await jsonOf(words, { cwd })) as unknown as Told;

let first: Told;
beforeAll(async () => {
  writeFileSync(join(cwd, "small.yaml"), recipe);
  await jsonOf("simulate --tissue hypothalamus --cells 900 --genes 40 --sections 3 --seed 2 s.arrow".split(" "), {
    cwd,
  });
  first = await told(study("first"));
}, 240_000);

describe("study annotation", () => {
  test("tells every run and every baseline with its scores", () => {
    const ways = first.runs.map(({ view, ssl, fraction, seed }) => [view, ssl, fraction, seed].join());
    expect(ways).toHaveLength(8);
    expect(new Set(ways).size).toBe(8);
    expect(ways).toContain("full,on,50,1");
    for (const run of first.runs)
      for (const key of ["f1Micro", "f1Macro", "f1Weighted", "balancedAccuracy", "seconds"])
        expect(run[key], key).toEqual(expect.any(Number));
    expect(first.baselines).toHaveLength(8);
    for (const { name, fraction, seed, f1Micro, f1Macro } of first.baselines) {
      expect(["logistic", "logistic-neighbours"]).toContain(name);
      for (const value of [fraction, seed, f1Micro, f1Macro]) expect(value).toEqual(expect.any(Number));
    }
    expect(first.words).toHaveLength(4); // by fraction, networks against baselines and SSL against none
    expect(first.failed).toEqual([]);
  });

  test("pretrains once for each seed, keeps its weights, and writes no path", () => {
    expect(filesOf("first", "pretrained")).toHaveLength(2);
    expect(filesOf("first").filter((name) => name.includes("pretrain"))).toHaveLength(2);
    const run = fileOf("first", filesOf("first").find((name) => name.includes("ssl-on--labels50")) as string);
    expect(run.predictions?.cells.length).toBe(300);
    for (const file of ["study.json", ...filesOf("first").map((name) => join("runs", name))])
      expect(readFileSync(join(cwd, "first", file), "utf8")).not.toContain(cwd);
  });

  test("repeats no finished run, and goes on with more fractions without being told the rest", async () => {
    const kept = filesOf("first").map((name) => readFileSync(join(cwd, "first", "runs", name), "utf8"));
    const names = filesOf("first");
    const more = await told(study("first", "--fractions 0.5 --backend wasm --threads 1"));
    expect(more.runs).toHaveLength(12);
    names.forEach((name, i) => {
      expect(readFileSync(join(cwd, "first", "runs", name), "utf8")).toBe(kept[i]);
    });
    const { lines } = await runCli(study("first", "--backend wasm"), { cwd });
    expect(lines.filter((line) => line.includes(": done"))).toEqual([]);
  });

  test("folds into one page that stands alone", async () => {
    const { report, words, rows } = await jsonOf(["study", "report", "first"], { cwd });
    const fractions = new Set((rows as { fraction: number }[]).map(({ fraction }) => fraction)).size;
    const html = readFileSync(join(cwd, report as string), "utf8");
    for (const sentence of words as string[]) expect(html).toContain(sentence.slice(0, 40));
    // micro and macro of each fraction, all fractions, and each fraction's gain by class
    expect(html.match(/<svg/g)).toHaveLength(fractions * 2 + 1 + fractions);
    expect(html).toContain("Where the cells of each class went");
    expect(html).not.toMatch(/NaN|undefined|http/);
  });

  test("scores by the coarser columns that it finds as well, or by none", async () => {
    const words =
      "--recipe small.yaml --views full --backend wasm --threads 1 --seeds 1 --fractions 1 --ssl off --baselines logistic --label cell_type";
    const { baselines, runs, levels } = await told(study("levels", words));
    for (const { levels: of, f1Micro } of [...baselines, ...runs]) {
      const [level, ...others] = of as { name: string; f1Micro: number; purity: number; perClass: object[] }[];
      expect([level.name, level.purity, others.length]).toEqual(["class", 1, 0]);
      expect(level.f1Micro).toBeGreaterThanOrEqual(f1Micro as number);
      expect(level.perClass.length).toBeGreaterThan(1);
      expect(level).not.toHaveProperty("confusion");
    }
    const [{ name, rows }] = levels as { name: string; rows: { scores: { f1Micro: { mean: number } } }[] }[];
    expect([name, rows.length]).toEqual(["class", 2]);
    const { report } = await jsonOf(["study", "report", "levels"], { cwd });
    const html = readFileSync(join(cwd, report as string), "utf8");
    expect(html).toContain("<h2>By class</h2>");
    expect(html).toContain("Where the cells of each class went");
    const { plan } = (await jsonOf([...study("no-levels", `${words} --levels none`), "--plan"], { cwd })) as {
      plan: { levels: string[] };
    };
    expect(plan.levels).toEqual([]);
  });

  test("does one run alone with the pretraining it needs, as within the study", async () => {
    const { jobs } = (await jsonOf([...study("one"), "--plan"], { cwd })) as {
      jobs: { key: string; needs: string | null }[];
    };
    const { key, needs } = jobs.find((job) => job.key.includes("ssl-on--labels50")) as { key: string; needs: string };
    expect(jobs.findIndex((job) => job.key === needs)).toBeGreaterThanOrEqual(0);
    const { runs } = await told([...study("one"), "--only", key]);
    expect(runs).toHaveLength(1);
    expect(filesOf("one")).toEqual([`${key}.json`, `${needs}.json`].sort());
    const timeless = (file: AnnotationFile) => ({
      ...file,
      result: { ...file.result, seconds: 0, pretrainSeconds: 0 },
    });
    expect(timeless(fileOf("one", `${key}.json`))).toEqual(timeless(fileOf("first", `${key}.json`)));
  });

  test("chooses the test section by the paper's rule, and says so; refuses another one in the same folder", async () => {
    const { lines } = await runCli([...study("rule"), "--plan"], { cwd });
    expect(lines.join("\n")).toMatch(/section \S+ is tested on: its composition is nearest/);
    const plan = JSON.parse(readFileSync(join(cwd, "rule", "study.json"), "utf8"));
    const { obs } = (await jsonOf(["inspect", "s.arrow"], { cwd })) as { obs: { name: string }[] };
    expect(obs.some(({ name }) => name === plan.label)).toBe(true);
    const [own] = plan.testSections as string[];
    const names = ((await jsonOf(["inspect", "s.arrow"], { cwd })).sections as { name: string }[]).map(
      ({ name }) => name,
    );
    const other = names.find((name) => name !== own) as string;
    const { code, lines: refused } = await runCli(study("rule", `--test-section ${other} --plan`), { cwd });
    expect(code).toBe(1);
    expect(refused.join()).toContain("begun with another testSections");
  });

  test("calls the slice as it is told, and is not gone on with for a slice of another name", async () => {
    const words = "--label class --test-section section_1 --baselines none --plan";
    const { plan } = (await jsonOf(study("named", `${words} --name posterior`), { cwd })) as {
      plan: { slice: string };
    };
    expect(plan.slice).toBe("posterior");
    expect(await jsonOf(study("named", words), { cwd })).toMatchObject({ plan: { slice: "posterior" } });
    const { code, lines } = await runCli(study("named", `${words} --name anterior`), { cwd });
    expect(code).toBe(1);
    expect(lines.join()).toContain('begun with another slice: "posterior", now "anterior"');
  });

  test("reads the grid of the pipeline that the workflow offers", async () => {
    const grid = join(import.meta.dirname, "..", "workflow", "spatialssl-grid.yaml");
    const { plan, jobs } = (await jsonOf(study("grid", `--recipe ${grid} --label class --plan`), { cwd })) as {
      plan: { configurations: unknown[] };
      jobs: { key: string }[];
    };
    expect(plan.configurations).toHaveLength(64);
    // each network pretrained, with and without it; and two baselines
    expect(jobs).toHaveLength(64 * 3 + 2);
    expect(new Set(jobs.map(({ key }) => key)).size).toBe(jobs.length);
  });

  test("names the key of a recipe that is wrong", async () => {
    writeFileSync(join(cwd, "wrong.json"), '{ "radius": [40, 0] }');
    const { code, lines } = await runCli(study("wrong", "--label class --recipe wrong.json --plan"), { cwd });
    expect(code).toBe(1);
    expect(lines.join()).toContain("radius[1] must be a number");
    writeFileSync(join(cwd, "wrong.yaml"), "radius: [40,");
    expect((await runCli(study("wrong", "--label class --recipe wrong.yaml"), { cwd })).lines.join()).toContain(
      "is not YAML",
    );
    expect(existsSync(join(cwd, "wrong", "study.json"))).toBe(false);
  });

  test("runs in processes of their own with --jobs, pretraining first, with the same results", async () => {
    const words = few.replace("--seeds 2", "--seeds 1").replace("--fractions 1,50", "--fractions 50");
    const { runs, failed } = await told(study("jobs", `${words} --jobs 2 --baselines none`));
    expect(failed).toEqual([]);
    expect(runs).toHaveLength(2);
    const same = first.runs.find(({ ssl, fraction, seed }) => ssl === "on" && fraction === 50 && seed === 0);
    expect(runs.find(({ ssl }) => ssl === "on")?.f1Macro).toBe(same?.f1Macro);
    rmSync(join(cwd, "jobs"), { recursive: true });
  }, 300_000);
}, 240_000);
