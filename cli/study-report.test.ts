import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defaultPlan, jobsOf, resultFile } from "../src/core/study/clustering/plan";
import { summarizeStudy } from "../src/core/study/clustering/summary";
import { resultOf } from "../src/core/study/clustering/testing/results";
import { studyReport, verdict } from "./report/study-report";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();

/** Results of a study in which vicreg scores `above` the best baseline. */
function results(name: string, above: number) {
  const plan = defaultPlan([{ name, label: "layer <x>", sections: null, unlabelled: [] }], {
    methods: ["mae", "vicreg"],
    backbones: ["gcn", "gat"],
    baselines: ["pca", "mean-once"],
    seeds: [0, 1],
  });
  const ari: Record<string, number> = { pca: 0.2, "mean-once": 0.5, mae: 0.3, vicreg: 0.5 + above };
  const of = jobsOf(plan).map((job) => {
    const value = ari[job.kind === "run" ? job.method : job.name] + 0.01 * job.seed * (job.kind === "run" ? 2 : 1);
    return { ...resultOf(job, { ari: value, moransI: 1 - value, chaos: 0.1 }), label: "layer <x>" };
  });
  return { plan, of };
}

function writeStudy(folder: string, name: string, above: number): void {
  const { plan, of } = results(name, above);
  mkdirSync(join(cwd, folder, "runs"), { recursive: true });
  writeFileSync(join(cwd, folder, "study.json"), JSON.stringify(plan));
  for (const result of of)
    writeFileSync(join(cwd, folder, resultFile(result.key)), JSON.stringify({ version: 1, result, codes: [] }));
}

describe("what a study comes to, in words,", () => {
  const words = (above: number) => verdict(summarizeStudy(results("a", above).of).slices[0], "ari");

  test("names the best method and by how much it is above the best baseline", () => {
    expect(words(0.2)).toMatch(/^Best by ARI: vicreg · gcn, 0.710 ± 0.014, above the best baseline, mean-once, 0.505/);
    expect(words(0.2)).toContain("The difference over 2 seeds is +0.205, 95 % interval +0.141 to +0.269.");
  });

  test("says so where no method beats the baselines", () => {
    expect(words(-0.1)).toMatch(
      /^No method beats the best baseline, mean-once, 0.505 ± 0.007; the best of them is vicreg/,
    );
  });
});

describe("study report", () => {
  test("is one page that stands alone, with the table, figures and what failed", () => {
    const failed = {
      kind: "failed",
      key: "a--x",
      error: { code: "memory", message: "Too <big>.", hint: "", detail: "" },
    };
    const html = studyReport(results("a", 0.2).of, [failed as Parameters<typeof studyReport>[1][0]]);
    expect(html.match(/<svg/g)).toHaveLength(4);
    expect(html).toContain("Held against <b>layer &lt;x&gt;</b>");
    expect(html).toContain("<b>0.710 ± 0.014</b>"); // the best of its column
    expect(html).toContain("a--x: Too &lt;big&gt;.");
    expect(html).toContain("ARI against Moran's I of the embedding (Pearson -1.00, Spearman -1.00, 8 runs)");
    expect(html).not.toMatch(/(src|href)=/);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("folds one study, or all that lie in a folder, into a table", async () => {
    writeStudy("all/a", "a", 0.2);
    writeStudy("all/b", "b", -0.1);
    const one = await jsonOf(["study", "report", "all/a"], { cwd });
    expect(one).toMatchObject({ report: join("all/a", "report.html") });
    expect(one.runs).toHaveLength(8);
    const both = await jsonOf(["study", "report", "all", "--out", "both.html"], { cwd });
    expect(both.runs).toHaveLength(16);
    expect(both.baselines).toHaveLength(4);
    const html = readFileSync(join(cwd, "both.html"), "utf8");
    expect(html).toContain("Over all 2 slices");
    expect(html).toContain("No method beats the best baseline");
  });

  test("says where there is no study, and where two slices have one name", async () => {
    expect((await runCli(["study", "report", "nowhere"], { cwd })).lines.join()).toContain("nowhere holds no study");
    writeStudy("same/a", "a", 0);
    writeStudy("same/b", "a", 0);
    const { code, lines } = await runCli(["study", "report", "same"], { cwd });
    expect(code).toBe(1);
    expect(lines.join()).toContain("two runs called a--");
  });
});
