import { resolve } from "node:path";
import { surveySections } from "../../src/core/collection/collection";
import { collectionSummary } from "../collection-summary";
import type { Command } from "../command";
import { openOptions, openUsage, requireFile } from "../open-file";
import { collectFiles, fileStore } from "../section-folder";

export const collect: Command = {
  usage: `collect FILE… --out DIR ${openUsage}`,
  summary: "Divides files into sections, one Arrow file each, without holding a file whole: a collection to train on.",
  options: { ...openOptions, out: { type: "string" } },
  positionals: ["FILE…"],
  async run(args, context) {
    const { cwd, say, task } = context;
    const folder = resolve(cwd, args.text("out"));
    const paths = args.positionals.map((word) => requireFile(word, cwd));
    const written = await collectFiles(paths, folder, args, context);
    const collection = await surveySections(fileStore(written.map(({ file }) => resolve(folder, file))), task);
    for (const note of collection.notes) say(`note: ${note}`);
    return collectionSummary(collection);
  },
};
