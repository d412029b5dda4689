import { summarize } from "../../src/core/slice/summary";
import { collectionSummary } from "../collection-summary";
import type { Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { namesCollection, withCollection } from "../section-folder";

export const inspect: Command = {
  usage: `inspect FILE…|DIR ${openUsage}`,
  summary: "Opens a slice, or a collection of sections, and says what it holds.",
  options: openOptions,
  positionals: ["FILE…"],
  async run(args, context) {
    const { positionals } = args;
    if (!namesCollection(positionals, context.cwd)) return summarize(await openFile(positionals[0], args, context));
    return withCollection(positionals, args, context, async ({ collection }) => collectionSummary(collection));
  },
};
