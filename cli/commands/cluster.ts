import { writeClusterTable } from "../../src/core/io/run-tables";
import { type ClusterRequest, clusterEmbedding, refineClusters } from "../cluster-embedding";
import type { Arguments, Command } from "../command";
import { folderOfRun, readEmbedding } from "../run-folder";
import { sectionCodes } from "../section-codes";
import { writeFile } from "../write-file";

export const cluster: Command = {
  usage:
    "cluster DIR [--k N | --resolution X] [--method leiden|k-means|gmm|consensus] [--refine N] [--sections NAME,NAME] [--seed N]",
  summary: "Finds clusters in the embedding of a run and writes them beside it.",
  options: {
    k: { type: "string" },
    resolution: { type: "string" },
    method: { type: "string" },
    refine: { type: "string" },
    sections: { type: "string" },
    seed: { type: "string" },
  },
  positionals: ["DIR"],
  async run(args, { cwd, task, say }) {
    const request = requestOf(args);
    const run = folderOfRun(args.positionals[0], cwd);
    const table = await readEmbedding(run);
    const began = performance.now();
    const sections = args.has("sections") ? sectionCodes(args, "sections", table.section) : undefined;
    const refine = args.number("refine", { min: 0, max: 10_000, integer: true }, 0);
    const found = await clusterEmbedding(table, request, task, sections);
    const { nClusters, resolution, modularity } = found;
    const codes = refine > 0 ? refineClusters(table, found.codes, refine) : found.codes;
    const seconds = (performance.now() - began) / 1000;
    if (request.method !== "leiden" && nClusters !== request.k) {
      say(`warning: ${request.k} clusters were asked for, the nearest that was found has ${nClusters}.`);
    }
    const metadata = Object.entries({ ...request, clusters: nClusters, resolution, modularity, refine: refine || null })
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, String(value)]);
    await writeFile(run.path("clusters"), (sink) =>
      writeClusterTable({ obsNames: table.obsNames, codes, metadata: Object.fromEntries(metadata) }, sink),
    );
    return { clusters: nClusters, resolution, modularity, seconds, method: request.method, seed: request.seed };
  },
};

function requestOf(args: Arguments): ClusterRequest {
  const method = args.choice("method", ["leiden", "k-means", "gmm", "consensus"], "leiden");
  const seed = args.number("seed", { min: 0, max: 2 ** 32 - 1, integer: true }, 0);
  if (args.has("k") && args.has("resolution")) throw args.wrong("--k and --resolution exclude each other");
  if (method !== "leiden" && !args.has("k")) throw args.wrong(`--method ${method} needs --k`);
  if (!args.has("k"))
    return { method: "leiden", resolution: args.number("resolution", { min: 1e-3, max: 1e3 }, 1), seed };
  const k = args.number("k", { min: 1, max: 1_000_000, integer: true });
  return { method: method === "leiden" ? "leiden-to-k" : method, k, seed };
}
