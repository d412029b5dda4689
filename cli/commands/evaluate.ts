import { existsSync } from "node:fs";
import { evaluateClusters } from "../../src/core/cluster/evaluate";
import { linearProbe } from "../../src/core/cluster/linear-probe";
import { LabError } from "../../src/core/errors";
import { type EmbeddingTable, readClusterTable } from "../../src/core/io/run-tables";
import type { CategoricalColumn, Utf8Column } from "../../src/core/slice/slice";
import type { Task } from "../../src/core/task";
import { learnsLabel } from "../../src/core/train/run-cells";
import { clusterEmbedding, refineClusters } from "../cluster-embedding";
import type { Command } from "../command";
import { fileSource } from "../file-source";
import { folderOfRun, type RunFolder, readEmbedding, recordOf } from "../run-folder";
import { sectionCodes } from "../section-codes";
import { tissueScores } from "../tissue-scores";
import { withoutUnlabelled } from "../unlabelled";

export const evaluate: Command = {
  usage:
    "evaluate DIR --label NAME [--hold-out random|block|section] [--test-sections NAME,NAME] [--unlabelled NAME,NAME] [--cluster leiden|k-means|gmm|consensus] [--refine N] [--sample-size N] [--seed N]",
  summary: "Scores a run against a label: its clusters, and a linear classifier on held-out cells.",
  options: {
    label: { type: "string" },
    "hold-out": { type: "string" },
    "test-sections": { type: "string" },
    unlabelled: { type: "string" },
    cluster: { type: "string" },
    refine: { type: "string" },
    "sample-size": { type: "string" },
    seed: { type: "string" },
  },
  positionals: ["DIR"],
  async run(args, { cwd, task, say }) {
    const name = args.text("label");
    const split = args.choice("hold-out", ["random", "block", "section"], "random");
    const seed = args.number("seed", { min: 0, max: 2 ** 32 - 1, integer: true }, 0);
    const run = folderOfRun(args.positionals[0], cwd);
    const table = await readEmbedding(run);
    const column = columnCalled(name, table, args.positionals[0]);
    const { label, leftOut } = withoutUnlabelled(column, args.names("unlabelled"));
    if (leftOut.length > 0) say(`note: cells of ${leftOut.map((c) => `"${c}"`).join(", ")} count as unlabelled.`);

    const { recipe } = recordOf(run);
    if (recipe?.label?.name === name && learnsLabel(recipe))
      say(`warning: the network learned ${name} from its labelled cells, so the scores say nothing of cells without.`);

    const method = args.has("cluster") ? args.choice("cluster", ["leiden", "k-means", "gmm", "consensus"]) : null;
    const refine = args.number("refine", { min: 0, max: 10_000, integer: true }, 0);
    const { codes: found, source } = await clustersOf(run, table, label, { method, seed }, task);
    const codes = refine > 0 ? refineClusters(table, found, refine) : found;
    if (source === "matched") {
      say(`note: ${run.name} has no clusters; Leiden was run at the number of classes on the sections with labels.`);
    }
    const { classes, clusters, nScored, ari, ami, nmi, homogeneity, completeness } = evaluateClusters(codes, label);
    const sampleSize = args.number("sample-size", { min: 2, integer: true }, 10_000);
    const scored = codes.map((code, i) => (label.codes[i] < 0 ? -1 : code));
    const tissue = tissueScores(table, scored, { sampleSize, seed }, task);
    const probe = linearProbe(
      table.embedding,
      { n: codes.length, d: table.size },
      label.codes,
      {
        holdOut: 0.2,
        split,
        seed,
        sectionCodes: table.section.codes,
        ...(split === "block" ? { positions: positionsOf(table) } : {}),
        ...(split === "section" ? { testSections: sectionCodes(args, "test-sections", table.section) } : {}),
      },
      task,
    );
    for (const { code, nTrain, nTest } of probe.tooFew)
      say(`note: ${column.categories[code]} has ${nTrain} cells to learn from and ${nTest} to score.`);
    return {
      label: name,
      classes,
      nScored,
      ari,
      ami,
      nmi,
      homogeneity,
      completeness,
      ...tissue,
      f1Micro: probe.f1Micro,
      f1Macro: probe.f1Macro,
      clusters,
      unlabelled: leftOut,
      holdOut: split,
      nTrain: probe.nTrain,
      nTest: probe.nTest,
      seed,
    };
  },
};

function columnCalled(name: string, { labels, section }: EmbeddingTable, folder: string): CategoricalColumn {
  const found = labels.find((label) => label.name === name);
  if (found) return found;
  if (name === "section") return { kind: "categorical", name, codes: section.codes, categories: section.names };
  const names = labels.map((label) => label.name).join(", ");
  throw new LabError(
    "missing",
    `${folder} has no label "${name}".`,
    names ? `It has ${names}.` : "Its slice had no labels.",
  );
}

/**
 * The clusters that were written, or as many clusters as the label has classes, where there are labels: by `method`, or
 * by Leiden where nothing was written.
 */
async function clustersOf(
  run: RunFolder,
  table: EmbeddingTable,
  label: Pick<CategoricalColumn, "codes">,
  { method, seed }: { method: "leiden" | "k-means" | "gmm" | "consensus" | null; seed: number },
  task: Task,
): Promise<{ codes: Int32Array; source: "written" | "matched" | "asked" }> {
  if (method || !existsSync(run.path("clusters"))) {
    const classes = new Set(label.codes);
    const sections = new Set(table.section.codes.filter((_, i) => label.codes[i] >= 0));
    classes.delete(-1);
    const by = method === null || method === "leiden" ? "leiden-to-k" : method;
    const request = { method: by, k: Math.max(1, classes.size), seed } as const;
    const { codes } = await clusterEmbedding(table, request, task, [...sections]);
    return { codes, source: method ? "asked" : "matched" };
  }
  const file = fileSource(run.path("clusters"));
  try {
    const { codes, obsNames } = await readClusterTable(file);
    if (!sameNames(obsNames, table.obsNames)) {
      throw new LabError("shape", "clusters.arrow and embedding.arrow are not of the same cells.", "Cluster again.");
    }
    return { codes, source: "written" };
  } finally {
    file.close();
  }
}

function sameNames(a: Utf8Column, b: Utf8Column): boolean {
  const same = (x: Int32Array | Uint8Array, y: Int32Array | Uint8Array) =>
    x.length === y.length && x.every((value, i) => value === y[i]);
  return same(a.offsets, b.offsets) && same(a.bytes, b.bytes);
}

function positionsOf({ positions }: EmbeddingTable): Float32Array {
  if (Number.isNaN(positions[0]))
    throw new LabError("missing", "The embedding has no columns x and y to cut blocks by.", "Use --hold-out random.");
  return positions;
}
