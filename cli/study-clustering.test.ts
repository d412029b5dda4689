import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type ClusteringPlan, resultFile } from "../src/core/study/clustering/plan";
import { metricNames, type ResultFile } from "../src/core/study/clustering/result";
import { readArguments } from "./command";
import { studyClustering } from "./commands/study-clustering";
import { planOf } from "./study-plan-options";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const study = (out: string, words: string) =>
  `study clustering s.arrow --label domain --out ${out} --backend wasm --threads 1 ${words}`.split(" ");
const few = "--methods mae,vicreg --backbones gcn --seeds 1 --steps 2 --baselines pca,mean-once";
const filesOf = (out: string) => readdirSync(join(cwd, out, "runs")).sort();
const resultOf = (out: string, key: string) =>
  (JSON.parse(readFileSync(join(cwd, out, resultFile(key)), "utf8")) as ResultFile).result;

interface Told {
  readonly runs: readonly Record<string, unknown>[];
  readonly baselines: readonly Record<string, unknown>[];
  readonly failed: readonly { readonly key: string; readonly error: { readonly message: string } }[];
  readonly slices: readonly Record<string, unknown>[];
}
const told = async (words: string[]) => (await jsonOf(words, { cwd })) as unknown as Told;

let first: Told;
beforeAll(async () => {
  await jsonOf("simulate --tissue cortex --cells 400 --genes 30 --seed 1 s.arrow".split(" "), { cwd });
  first = await told(study("first", few));
}, 120_000);

describe("study clustering", () => {
  test("tells every run and every baseline with its scores", () => {
    expect(first.runs.map(({ method, backbone, seed }) => [method, backbone, seed])).toEqual([
      ["mae", "gcn", 0],
      ["vicreg", "gcn", 0],
    ]);
    for (const run of first.runs)
      for (const name of [...metricNames, "k", "overall", "seconds"])
        expect(run[name], name).toEqual(expect.any(Number));
    expect(new Set(first.baselines.map(({ name }) => name))).toEqual(new Set(["pca", "mean-once"]));
    for (const { k, ari, overall } of first.baselines)
      for (const value of [k, ari, overall]) expect(value).toEqual(expect.any(Number));
    expect(first.slices).toMatchObject([{ slice: "simulated cortex", label: "domain" }]);
    expect(first.failed).toEqual([]);
  });

  test("writes the plan and one file a run, without a path in them", () => {
    expect(filesOf("first")).toHaveLength(4);
    const plan = JSON.parse(readFileSync(join(cwd, "first", "study.json"), "utf8")) as ClusteringPlan;
    expect(plan).toMatchObject({ kind: "clustering", methods: ["mae", "vicreg"], budget: { kind: "steps", steps: 2 } });
    for (const file of ["study.json", ...filesOf("first").map((name) => join("runs", name))])
      expect(readFileSync(join(cwd, "first", file), "utf8")).not.toContain(cwd);
  });

  test("leaves the components of the slice to other processes, with which a run comes to the same", async () => {
    const folder = (name: string) => join(cwd, name, "components");
    const [file, ...others] = readdirSync(folder("first"));
    expect(others).toEqual([]);
    mkdirSync(folder("another"), { recursive: true });
    copyFileSync(join(folder("first"), file), join(folder("another"), file));
    await told(study("another", `${few} --baselines none --methods mae`));
    const timeless = (out: string) => ({ ...resultOf(out, "simulated_cortex--mae--gcn--seed0"), seconds: 0 });
    expect(timeless("another")).toEqual(timeless("first"));
    // what is not theirs is made again
    writeFileSync(join(folder("another"), file), "damaged");
    rmSync(join(cwd, "another", "runs"), { recursive: true });
    await told(study("another", `${few} --baselines none --methods mae`));
    expect(timeless("another")).toEqual(timeless("first"));
    expect(readFileSync(join(folder("another"), file))).toEqual(readFileSync(join(folder("first"), file)));
    expect(readdirSync(folder("another"))).toEqual([file]);
  });

  test("repeats no finished run, and goes on with more methods and seeds without being told the rest", async () => {
    const before = resultOf("first", "simulated_cortex--mae--gcn--seed0");
    const words = "study clustering s.arrow --out first --backend wasm --threads 1 --methods bgrl,mae --seeds 2";
    const { code, out, lines } = await runCli([...words.split(" "), "--json"], { cwd });
    expect(code).toBe(0);
    // bgrl twice, mae once more, both baselines once more
    expect(lines.some((line) => line.startsWith("3 of 8 runs are there"))).toBe(true);
    expect(lines.filter((line) => line.includes(": done")).length).toBe(5);
    expect(resultOf("first", "simulated_cortex--mae--gcn--seed0")).toEqual(before);
    const { runs } = JSON.parse(out) as Told;
    expect(runs).toHaveLength(5); // vicreg, which was not asked for again, is still of the study
    const again = await runCli([...words.split(" "), "--json"], { cwd });
    expect(again.lines.filter((line) => line.includes(": done"))).toEqual([]);
    expect(JSON.parse(again.out)).toEqual(JSON.parse(out));
  });

  test("does one run of the plan alone, and gives the same as within the study", async () => {
    const key = "simulated_cortex--vicreg--gcn--seed0";
    const { runs } = await told([...study("one", few), "--only", key]);
    expect(runs).toHaveLength(1);
    expect(filesOf("one")).toEqual([`${key}.json`]);
    expect({ ...resultOf("one", key), seconds: 0 }).toEqual({ ...resultOf("first", key), seconds: 0 });
    const wrong = await runCli([...study("one", few), "--only", "nothing"], { cwd });
    expect(wrong.code).toBe(2);
    expect(wrong.lines.join()).toContain('the plan has no run "nothing"');
  });

  test("lists its runs and does none with --plan", async () => {
    const { jobs } = await jsonOf([...study("planned", few), "--plan"], { cwd });
    expect(jobs).toContainEqual({
      key: "simulated_cortex--mae--gcn--seed0",
      file: "runs/simulated_cortex--mae--gcn--seed0.json",
      needs: null,
      together: null,
      done: false,
    });
    expect(filesOf("planned")).toEqual([]);
    expect(existsSync(join(cwd, "planned", "study.json"))).toBe(true);
  });

  test("refuses to mix runs that cannot be compared", async () => {
    const { code, lines } = await runCli(study("first", "--methods mae --steps 3"), { cwd });
    expect(code).toBe(1);
    expect(lines.join()).toContain("begun with another budget");
  });

  test("tells a failed run, goes on with the others, and tries it again the next time", async () => {
    const words = study("failing", `${few} --memory-limit 0.5MB`);
    const { code, out, lines } = await runCli([...words, "--json"], { cwd });
    expect(code).toBe(0);
    const { runs, baselines, failed } = JSON.parse(out) as Told;
    expect(runs).toEqual([]);
    expect(baselines).toHaveLength(2);
    expect(failed.map(({ key }) => key)).toEqual([
      "simulated_cortex--mae--gcn--seed0",
      "simulated_cortex--vicreg--gcn--seed0",
    ]);
    expect(failed[0].error.message).toContain("memory");
    expect(lines.join("\n")).toContain("mae--gcn--seed0: failed (memory)");
    const alone = await runCli([...words, "--only", failed[0].key], { cwd });
    expect(alone.code).toBe(1); // another program asked for this run and must see that it failed
    const mended = await told(study("failing", few));
    expect(mended.runs).toHaveLength(2);
    expect(mended.failed).toEqual([]);
    expect(filesOf("failing").filter((name) => name.includes("failed"))).toEqual([]);
  });

  test("stops at Ctrl+C, keeps what is whole, and goes on from there", async () => {
    const { code } = await runCli(study("stopped", few), { cwd, stopAt: /vicreg.*epoch 1 / });
    expect(code).toBe(130);
    expect(filesOf("stopped")).toEqual([
      "simulated_cortex--mae--gcn--seed0.json",
      "simulated_cortex--mean-once--seed0.json",
      "simulated_cortex--pca--seed0.json",
    ]);
    expect((await told(study("stopped", few))).runs).toHaveLength(2);
  });

  test("runs in processes of their own with --jobs, with the same results, and tells what failed there", async () => {
    const { runs, baselines } = await told(study("jobs", `${few} --jobs 2`));
    expect([runs.length, baselines.length]).toEqual([2, 2]);
    for (const method of ["mae", "vicreg"]) {
      const key = `simulated_cortex--${method}--gcn--seed0`;
      expect({ ...resultOf("jobs", key), seconds: 0 }).toEqual({ ...resultOf("first", key), seconds: 0 });
    }
    const { failed } = await told(study("jobs-failing", `${few} --methods mae --jobs 2 --memory-limit 0.5MB`));
    expect(failed).toMatchObject([{ key: "simulated_cortex--mae--gcn--seed0", error: { code: "memory" } }]);
  }, 300_000);

  test("says what is damaged in its folder", async () => {
    await told(study("damaged", `${few} --methods mae`));
    writeFileSync(join(cwd, "damaged", "study.json"), "{");
    const { code, lines } = await runCli(study("damaged", few), { cwd });
    expect(code).toBe(1);
    expect(lines.join()).toContain("damaged/study.json is not JSON");
    rmSync(join(cwd, "damaged"), { recursive: true });
  });
}, 120_000);

describe("the options of a study", () => {
  const plan = (words: string, before: ClusteringPlan | null = null) =>
    planOf(readArguments(studyClustering, `f.h5ad --label layer --out o ${words}`.trim().split(" ")), "slice", before);

  test("leave eight methods on three backbones with three seeds beside all baselines", () => {
    const all = plan("--methods all --backbones all --seeds 3");
    expect(all).toEqual(plan(""));
    expect(all.methods).toHaveLength(8);
    expect(all.backbones).toEqual(["sage", "gat", "gcn"]);
    expect(all.seeds).toEqual([0, 1, 2]);
    expect(all.baselines).toHaveLength(6);
  });

  test.each<[string, object]>([
    ["--seeds 4,7", { seeds: [4, 7] }],
    ["--baselines none", { baselines: [] }],
    ["--methods graphmae,dgi --backbones gatv2", { methods: ["graphmae", "dgi"], backbones: ["gatv2"] }],
    ["--cluster leiden", { clustering: { method: "leiden-to-k", k: "classes" } }],
    ["--cluster leiden --resolution 0.5", { clustering: { method: "leiden", resolution: 0.5 } }],
    ["--cluster gmm --k 9 --refine 25", { clustering: { method: "gmm", k: 9, refine: 25 } }],
    ["--epochs 9 --preset study", { budget: { kind: "epochs", epochs: 9 }, preset: "study" }],
    ["--radius 40", { graph: { kind: "radius", radiusMicrons: 40 } }],
    ["--sections a,b --unlabelled x", { slices: [{ sections: ["a", "b"], unlabelled: ["x"] }] }],
    ["--name other", { slices: [{ name: "other", label: "layer" }] }],
  ])("%s", (words, expected) => {
    expect(plan(words)).toMatchObject(expected);
  });

  test("come from the study in the folder where they are not given", () => {
    const before = plan("--methods mae --seeds 2 --steps 7 --cluster k-means --sections a");
    const words = readArguments(studyClustering, "f.h5ad --out o --refine 5".split(" "));
    const after = planOf(words, "slice", before);
    expect(after).toEqual({ ...before, clustering: { ...before.clustering, refine: 5 } });
  });

  test.each<[string, RegExp]>([
    ["--methods alchemy", /--methods: there is no "alchemy"; known are all, simclr/],
    ["--steps 3 --epochs 3", /--steps and --epochs exclude each other/],
    ["--cluster gmm --resolution 1", /--resolution belongs to Leiden/],
    ["--k 3 --resolution 1", /--k and --resolution exclude each other/],
    ["--seeds x", /--seeds: expected a whole number/],
    ["--seeds 1,x", /seeds\[1\] must be a whole number/],
    ["--steps 0", /budget.steps must be a number from 1/],
  ])("%s is refused in words", (words, message) => {
    expect(() => plan(words)).toThrow(message);
  });
});
