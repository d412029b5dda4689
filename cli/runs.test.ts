import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { memorySource } from "../src/core/io/byte-source";
import { readClusterTable, readEmbeddingTable } from "../src/core/io/run-tables";
import { stringAt } from "../src/core/slice/utf8-column";
import { readSafetensors } from "../src/core/train/safetensors";
import type { RunRecord } from "./run-folder";
import { jsonOf, runCli } from "./testing/run-cli";
import { temporaryFolder } from "./testing/temporary-folder";

const cwd = temporaryFolder();
const small = "--hidden 16 --heads 2 --epochs 3 --seed 4".split(" ");
const trainInto = (out: string, ...more: string[]) => ["train", "s.arrow", "--out", out, ...small, ...more];

const bytesOf = (...path: string[]) => new Uint8Array(readFileSync(join(cwd, ...path)));
const embeddingOf = (run: string) => readEmbeddingTable(memorySource(run, bytesOf(run, "embedding.arrow")));
const recordOf = (run: string) => JSON.parse(readFileSync(join(cwd, run, "run.json"), "utf8")) as RunRecord;

let told: Record<string, unknown>;

beforeAll(async () => {
  await jsonOf("simulate --tissue cortex --cells 500 --genes 40 --sections 2 --seed 1 s.arrow".split(" "), { cwd });
  told = await jsonOf(trainInto("run", "--backend", "cpu"), { cwd });
}, 60_000);

describe("train", () => {
  test("tells backend, steps, epochs, time, losses and memory", () => {
    expect(told).toMatchObject({ backend: "cpu", steps: 3, epochs: 3, finished: true });
    expect(told.finalLoss).toBeLessThan(told.firstLoss as number);
    expect(told.secondsPerEpoch).toBeGreaterThan(0);
    expect(told.peakMemoryBytes).toBeGreaterThan(told.peakTensorBytes as number);
  });

  test("writes an embedding that stands alone, with ids, positions and all labels", async () => {
    const table = await embeddingOf("run");
    expect(table.embedding.length).toBe(500 * 16);
    expect(table.embedding.every(Number.isFinite)).toBe(true);
    expect(table.labels.map(({ name }) => name)).toEqual(["domain", "class", "cell_type", "section"]);
    expect(table.labels[0].colors).toBeDefined();
    expect(table.section.names).toEqual(["section_1", "section_2"]);
    expect(stringAt(table.obsNames, 0)).toBe("cell-000");
    expect(table.positions.every(Number.isFinite)).toBe(true);
  });

  test("writes weights by name, with the genes they belong to", () => {
    const { arrays, metadata } = readSafetensors(bytesOf("run", "model.safetensors"));
    expect(arrays.map(({ name }) => name)).toContain("decoder.weight");
    expect(JSON.parse(metadata.genes)).toHaveLength(40);
    expect(JSON.parse(metadata.recipe)).toEqual(recordOf("run").recipe);
  });

  test("writes a record of the run without a path in it", () => {
    const record = recordOf("run");
    expect(record).toMatchObject({ finished: true, epochs: 3, backend: { name: "cpu" }, slice: { nObs: 500 } });
    expect(record.losses).toHaveLength(3);
    expect(record.recipe).toMatchObject({ epochs: 3, seed: 4, encoder: { hidden: 16, heads: 2 } });
    expect(record.versions["spatialssl-lab"]).toMatch(/^\d/);
    expect(JSON.stringify(record)).not.toContain(cwd);
    expect(readdirSync(join(cwd, "run")).sort()).toEqual(["embedding.arrow", "model.safetensors", "run.json"]);
  });

  test("gives the same losses and bytes for the same seed, and can be repeated from its record", async () => {
    await jsonOf(trainInto("again", "--backend", "cpu"), { cwd });
    expect(recordOf("again").losses).toEqual(recordOf("run").losses);
    expect(bytesOf("again", "embedding.arrow")).toEqual(bytesOf("run", "embedding.arrow"));
    const words = ["train", "s.arrow", "--out", "from-record", "--recipe", "run/run.json", "--backend", "cpu"];
    await jsonOf(words, { cwd });
    expect(recordOf("from-record").losses).toEqual(recordOf("run").losses);
    await jsonOf(trainInto("other", "--backend", "cpu", "--seed", "5"), { cwd });
    expect(recordOf("other").losses).not.toEqual(recordOf("run").losses);
  });

  test("learns the same on wasm as on the reference", async () => {
    const wasm = await jsonOf(trainInto("wasm", "--backend", "wasm"), { cwd });
    expect(wasm.backend).toBe("wasm");
    recordOf("wasm").losses.forEach((loss, epoch) => {
      expect(Math.abs(loss - recordOf("run").losses[epoch]), `epoch ${epoch + 1}`).toBeLessThan(1e-4);
    });
  });

  test("follows every setting on the command line", async () => {
    const flags =
      "--backbone gatv2 --layers 3 --dropout 0 --attention-dropout 0.3 --mask-ratio 0.25 --lr 0.01 --weight-decay 0.001 --scale --center --radius 50".split(
        " ",
      );
    await jsonOf(trainInto("set", "--backend", "cpu", ...flags), { cwd });
    expect(recordOf("set").recipe).toMatchObject({
      backbone: "gatv2",
      encoder: { layers: 3, dropout: 0, attentionDropout: 0.3, hidden: 16 },
      config: { maskRatio: 0.25 },
      optimizer: { learningRate: 0.01, weightDecay: 0.001 },
      preprocess: { scale: true, center: true, log1p: true },
      graph: { kind: "radius", radiusMicrons: 50 },
    });
  });

  test("does not replace a finished run unless told to, and takes the old clusters with it", async () => {
    const before = bytesOf("again", "run.json");
    const refused = await runCli(trainInto("again", "--backend", "cpu"), { cwd });
    expect(refused.code).toBe(1);
    expect(refused.lines.join()).toContain("again holds a finished run already");
    expect(bytesOf("again", "run.json")).toEqual(before);

    await jsonOf(["cluster", "again"], { cwd });
    await jsonOf(trainInto("again", "--backend", "cpu", "--force"), { cwd });
    expect(existsSync(join(cwd, "again", "clusters.arrow"))).toBe(false);
  });

  test("stops at Ctrl+C after the epoch in hand, keeps what there is and says so", async () => {
    const words = trainInto("stopped", "--backend", "cpu", "--epochs", "50", "--json");
    const { code, out, lines } = await runCli(words, { cwd, stopAt: /epoch 2 of/ });
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ epochs: 2, finished: false });
    expect(lines.join()).toContain("stopped after 2 of 50 epochs");
    expect(recordOf("stopped").finished).toBe(false);
    expect((await embeddingOf("stopped")).size).toBe(16);
    await jsonOf(trainInto("stopped", "--backend", "cpu"), { cwd }); // not finished, so it may be replaced
    expect(recordOf("stopped").finished).toBe(true);
  });

  test("names the setting that is out of bounds, before anything is read", async () => {
    const heads = await runCli(["train", "nowhere", "--out", "x", "--hidden", "30", "--heads", "4"], { cwd });
    expect(heads.lines.join()).toContain("encoder.hidden must be a multiple of encoder.heads");
    const method = await runCli(["train", "nowhere", "--out", "x", "--method", "alchemy"], { cwd });
    expect(method.lines.join()).toContain("method must be one of simclr, ");
    const setting = await runCli(["train", "nowhere", "--out", "x", "--temperature", "0.5"], { cwd });
    expect(setting.lines.join()).toMatch(/--temperature belongs to --method simclr.*, not to mae/);
    expect([heads.code, method.code, setting.code]).toEqual([1, 1, 2]);
    expect(existsSync(join(cwd, "x"))).toBe(false);
  });

  test("refuses a recipe file that is none", async () => {
    writeFileSync(join(cwd, "recipe.json"), "{ epochs");
    const said = await runCli(["train", "s.arrow", "--out", "x", "--recipe", "recipe.json"], { cwd });
    expect(said.code).toBe(1);
    expect(said.lines.join()).toContain("recipe.json is not JSON");
  });
});

describe("cluster", () => {
  test("by resolution, at resolution 1 unless told, and writes a cluster for each cell", async () => {
    const found = await jsonOf(["cluster", "run"], { cwd });
    expect(found).toMatchObject({ resolution: 1 });
    for (const key of ["clusters", "modularity", "seconds"]) expect(found[key], key).toBeTypeOf("number");
    const { codes, obsNames, metadata } = await readClusterTable(memorySource("c", bytesOf("run", "clusters.arrow")));
    expect(new Set(codes).size).toBe(found.clusters);
    expect(stringAt(obsNames, 499)).toBe("cell-499");
    expect(metadata).toMatchObject({ method: "leiden", resolution: "1" });
  });

  test("at a number of clusters, by Leiden and by k-means", async () => {
    expect(await jsonOf(["cluster", "run", "--k", "5"], { cwd })).toMatchObject({ clusters: 5 });
    const means = await jsonOf(["cluster", "run", "--k", "4", "--method", "k-means"], { cwd });
    expect(means).toMatchObject({ clusters: 4, resolution: null, modularity: null });
  });

  test("of some sections leaves the cells of others without one", async () => {
    await jsonOf(["cluster", "run", "--k", "2", "--sections", "section_2"], { cwd });
    const { codes } = await readClusterTable(memorySource("c", bytesOf("run", "clusters.arrow")));
    const { section } = await embeddingOf("run");
    codes.forEach((code, i) => {
      expect(code < 0).toBe(section.names[section.codes[i]] !== "section_2");
    });
    expect(Math.max(...codes)).toBe(1);
    const wrong = await runCli(["cluster", "run", "--sections", "section_9"], { cwd });
    expect(wrong.code).toBe(2);
    expect(wrong.lines.join()).toContain('no section "section_9", only section_1, section_2');
  });

  test("is the same for the same seed", async () => {
    await jsonOf(["cluster", "run", "--seed", "3"], { cwd });
    const first = bytesOf("run", "clusters.arrow");
    await jsonOf(["cluster", "run", "--seed", "3"], { cwd });
    expect(bytesOf("run", "clusters.arrow")).toEqual(first);
  });

  test("says what a folder lacks", async () => {
    const none = await runCli(["cluster", "nowhere"], { cwd });
    expect([none.code, none.lines.join()]).toEqual([1, expect.stringContaining("there is no such folder")]);
    const empty = await runCli(["cluster", "."], { cwd });
    expect([empty.code, empty.lines.join()]).toEqual([1, expect.stringContaining("holds no embedding.arrow")]);
  });
});

describe("baseline", () => {
  test.each([
    { words: ["--method", "pca", "--components", "12"], size: 12 },
    { words: ["--method", "neighbour-mean", "--means", "all", "--components", "5"], size: 15 },
    { words: ["--method", "banksy", "--lambda", "0.8"], size: 20 },
  ])("$words can be scored as a run is", async ({ words, size }) => {
    const told = await jsonOf(["baseline", "s.arrow", "--out", "base", ...words], { cwd });
    expect(told).toMatchObject({ nObs: 500, embeddingSize: size });
    const scores = await jsonOf(["evaluate", "base", "--label", "domain", "--cluster", "gmm"], { cwd });
    expect(scores.ami).toBeGreaterThan(0.02);
  });

  test("refuses flags of another method", async () => {
    const { code, lines } = await runCli(["baseline", "s.arrow", "--out", "x", "--method", "pca", "--lambda", "1"], {
      cwd,
    });
    expect(code).toBe(2);
    expect(lines.join()).toContain("--lambda belongs to --method banksy");
  });
});

describe("evaluate", () => {
  const keys = "label classes nScored ari ami nmi f1Micro f1Macro".split(" ");

  test("scores the clusters that were written", async () => {
    await jsonOf(["cluster", "run", "--k", "3"], { cwd });
    const scores = await jsonOf(["evaluate", "run", "--label", "domain"], { cwd });
    for (const key of keys) expect(scores).toHaveProperty(key);
    expect(scores).toMatchObject({ label: "domain", nScored: 500, clusters: 3, nTest: 100, holdOut: "random" });
    for (const key of ["f1Micro", "f1Macro", "ami"]) {
      expect(scores[key], key).toBeGreaterThan(0);
      expect(scores[key], key).toBeLessThanOrEqual(1);
    }
    for (const key of "silhouette moransI gearysC clusterMoransI clusterGearysC chaos pas spatialSilhouette".split(" "))
      expect(scores[key], key).toBeTypeOf("number");
    expect(await jsonOf(["evaluate", "run", "--label", "domain"], { cwd })).toEqual(scores);
  });

  test("clusters at the number of classes where no clusters were written, and says so", async () => {
    const { code, out, lines } = await runCli(["evaluate", "wasm", "--label", "domain", "--json"], { cwd });
    expect(code).toBe(0);
    expect(lines.join()).toContain("wasm has no clusters; Leiden was run at the number of classes");
    expect(JSON.parse(out).clusters).toBe(JSON.parse(out).classes);
    expect(existsSync(join(cwd, "wasm", "clusters.arrow"))).toBe(false);
  });

  test("clusters by the method that is asked for and refines in space, without writing", async () => {
    const before = bytesOf("run", "clusters.arrow");
    const asked = ["evaluate", "run", "--label", "domain", "--cluster", "gmm"];
    const plain = await jsonOf(asked, { cwd });
    expect(plain.clusters).toBeGreaterThan(1);
    const refined = await jsonOf([...asked, "--refine", "25"], { cwd });
    expect(refined.pas).toBeLessThan(plain.pas as number);
    expect(bytesOf("run", "clusters.arrow")).toEqual(before);
    expect(await jsonOf(["cluster", "run", "--k", "3", "--method", "gmm", "--refine", "25"], { cwd })).toMatchObject({
      method: "gmm",
      resolution: null,
    });
  });

  test("holds out blocks of tissue or whole sections", async () => {
    const block = await jsonOf(["evaluate", "run", "--label", "domain", "--hold-out", "block"], { cwd });
    expect(block.holdOut).toBe("block");
    const words = ["evaluate", "run", "--label", "domain", "--hold-out", "section", "--test-sections", "section_2"];
    const section = await jsonOf(words, { cwd });
    expect(section).toMatchObject({ nTrain: 250, nTest: 250 });
  });

  test("leaves out categories that are named as unlabelled", async () => {
    const { out, lines } = await runCli(
      ["evaluate", "run", "--label", "class", "--unlabelled", "Glia,Support", "--json"],
      { cwd },
    );
    expect(JSON.parse(out)).toMatchObject({ classes: 2, unlabelled: ["Glia", "Support"] });
    expect(JSON.parse(out).nScored).toBeLessThan(500);
    expect(lines.join()).toContain(`cells of "Glia", "Support" count as unlabelled`);
  });

  test("lists the labels there are when asked for another", async () => {
    const { code, lines } = await runCli(["evaluate", "run", "--label", "mood"], { cwd });
    expect(code).toBe(1);
    expect(lines.join("\n")).toContain('run has no label "mood".\nIt has domain, class, cell_type, section.');
  });

  test("refuses clusters of other cells", async () => {
    await jsonOf("simulate --tissue cortex --cells 60 --genes 20 tiny.arrow".split(" "), { cwd });
    await jsonOf(["train", "tiny.arrow", "--out", "tiny", ...small, "--backend", "cpu"], { cwd });
    await jsonOf(["cluster", "run"], { cwd });
    copyFileSync(join(cwd, "run", "clusters.arrow"), join(cwd, "tiny", "clusters.arrow"));
    const { code, lines } = await runCli(["evaluate", "tiny", "--label", "domain"], { cwd });
    expect(code).toBe(1);
    expect(lines.join()).toContain("not of the same cells");
    rmSync(join(cwd, "tiny", "clusters.arrow"));
  });
});

const root = fileURLToPath(new URL("..", import.meta.url));
const python = join(root, "bench/peers/.venv/bin/python");
const hasPython = existsSync(python);
if (!hasPython) console.warn("cli: bench/peers/.venv is absent, so no run folder was read by pyarrow.");

test.skipIf(!hasPython)("pyarrow reads the files of a run", async () => {
  await jsonOf(["cluster", "run"], { cwd });
  const code = `import sys, json, numpy as np, pyarrow.feather as f
e, c = (f.read_table(f"{sys.argv[1]}/{name}.arrow") for name in ("embedding", "clusters"))
x = np.stack(e["embedding"].to_numpy())
print(json.dumps({"columns": e.column_names, "shape": x.shape, "sum": float(x.sum(dtype=float)), "same": e["id"].equals(c["id"]), "clusters": len(set(c["cluster"].to_pylist()))}))`;
  const { stdout, stderr } = spawnSync(python, ["-c", code, join(cwd, "run")], { encoding: "utf8" });
  expect(stderr).toBe("");
  const read = JSON.parse(stdout);
  expect(read.columns.slice(0, 5)).toEqual(["id", "section", "x", "y", "domain"]);
  expect(read.shape).toEqual([500, 16]);
  expect(read.same).toBe(true);
  const { embedding } = await embeddingOf("run");
  expect(read.sum).toBeCloseTo(
    embedding.reduce((sum, v) => sum + v, 0),
    6,
  );
});

test("the program itself prints one JSON object and ends with its code", () => {
  const npm = (words: string[]) =>
    spawnSync("npm", ["--prefix", root, "run", "-s", "cli", "--", ...words], {
      cwd,
      encoding: "utf8",
      shell: process.platform === "win32",
    });
  const trained = npm(["train", "s.arrow", "--out", "program", ...small, "--json"]);
  expect(trained.status, trained.stderr).toBe(0);
  expect(JSON.parse(trained.stdout)).toMatchObject({ epochs: 3 });
  expect(statSync(join(cwd, "program", "embedding.arrow")).size).toBeGreaterThan(1000);
  expect(npm(["fly"]).status).toBe(2);
});
