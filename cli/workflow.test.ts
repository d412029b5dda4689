import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "./testing/temporary-folder";

const root = join(import.meta.dirname, "..");
const found = execFileSync(
  process.execPath,
  ["--input-type=module", "-e", 'console.log((await import("./scripts/snakemake.mjs")).findSnakemake() ?? "")'],
  { cwd: root, encoding: "utf8" },
).trim();
if (!found) console.warn("SKIPPED: Snakemake is not installed (npm run -s workflow installs it); no workflow was run.");

const cwd = temporaryFolder();

/** Runs the workflow as `snakemake -c2`; returns the rules it ran, a word for each job. */
function snakemake(): string[] {
  const words = ["-s", join(root, "workflow", "Snakefile"), "--configfile", "config.yaml", "-c2"];
  const { status, stderr } = spawnSync(found, words, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr.slice(-3000));
  return [...stderr.matchAll(/^(?:local)?(?:rule|checkpoint) (\w+):/gm)].map(([, rule]) => rule);
}

function configure(seeds: number, steps: number): void {
  const simulate = { tissue: "cortex", cells: 300, genes: 30, seed: 1 };
  const settings = { label: "domain", methods: ["mae", "vicreg"], backbones: "gcn", baselines: ["pca"], seeds, steps };
  const studies = { clustering: { small: { simulate, settings } } };
  writeFileSync(join(cwd, "config.yaml"), JSON.stringify({ studies })); // JSON is YAML
}

const runsOf = () => readdirSync(join(cwd, "results", "clustering", "small", "runs")).sort();

describe.skipIf(!found)("the workflow", () => {
  test("does a job a run, then the report; goes on where it stopped, and takes more seeds", () => {
    configure(1, 2);
    const first = snakemake();
    expect(first.filter((rule) => rule === "run")).toHaveLength(2);
    expect(first).toContain("report_clustering");
    expect(runsOf()).toEqual([
      "small--mae--gcn--seed0.json",
      "small--pca--seed0.json",
      "small--vicreg--gcn--seed0.json",
    ]);
    const table = JSON.parse(readFileSync(join(cwd, "results", "clustering", "table.json"), "utf8"));
    expect(table.runs).toHaveLength(2);
    expect(table.baselines).toMatchObject([{ name: "pca" }]);
    expect(readFileSync(join(cwd, "results", "clustering", "report.html"), "utf8")).toContain("Held against");

    expect(snakemake()).toEqual([]); // nothing is left to do
    rmSync(join(cwd, "results", "clustering", "small", "runs", "small--mae--gcn--seed0.json"));
    expect(snakemake().filter((rule) => rule === "run")).toHaveLength(1);
    configure(2, 2);
    expect(snakemake().filter((rule) => rule === "run")).toHaveLength(2); // the second seed alone
    expect(runsOf()).toHaveLength(6);
  }, 600_000);

  test("does an annotation study: pretraining first, then what starts from it", () => {
    const simulate = { tissue: "hypothalamus", cells: 300, genes: 20, sections: 3, seed: 1 };
    const lists = { views: "full", ssl: [true, false], seeds: 1, fractions: 1, baselines: "logistic" };
    const settings = { label: "class", preset: "lab", ...lists }; // YAML reads on and off so
    writeFileSync(
      join(cwd, "config.yaml"),
      JSON.stringify({ studies: { annotation: { small: { simulate, settings } } } }),
    );
    expect(snakemake().filter((rule) => rule === "run")).toHaveLength(3);
    const table = JSON.parse(readFileSync(join(cwd, "results", "annotation", "small", "table.json"), "utf8"));
    expect(table.runs).toHaveLength(2);
  }, 300_000);

  test("refuses settings that would mix runs that cannot be compared", () => {
    configure(2, 3);
    expect(snakemake).toThrow();
    expect(readFileSync(join(cwd, "results", "clustering", "small", "logs", "plan.log"), "utf8")).toContain(
      "begun with another budget",
    );
  }, 300_000);

  test("does an annotation study by a recipe of the person's own, and nothing twice", () => {
    writeFileSync(join(cwd, "small.yaml"), "{ preset: lab, bottleneck: 8, pretrain_epochs: 1, train_epochs: 1 }");
    const simulate = { tissue: "hypothalamus", cells: 600, genes: 30, sections: 3, seed: 1 };
    const settings = "{ label: class, recipe: small.yaml, views: [full], ssl: [on, off], seeds: 1, fractions: [60] }";
    const annotation = `{ recipe: { simulate: ${JSON.stringify(simulate)}, settings: ${settings} } }`;
    writeFileSync(join(cwd, "config.yaml"), `studies: { annotation: ${annotation} }`);
    const rules = snakemake();
    expect(rules.filter((rule) => rule === "run")).toHaveLength(3);
    const folder = join(cwd, "results", "annotation", "recipe");
    const table = JSON.parse(readFileSync(join(folder, "table.json"), "utf8"));
    expect(table.runs.map(({ ssl }: { ssl: string }) => ssl).sort()).toEqual(["off", "on"]);
    expect(table.baselines).toHaveLength(2);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("What SSL gains");
    expect(snakemake()).toEqual([]);
  }, 600_000);
});
