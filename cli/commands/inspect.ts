import { summarize } from "../../src/core/slice/summary";
import type { Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";

export const inspect: Command = {
  usage: `inspect FILE ${openUsage}`,
  summary: "Opens a slice and says what it holds.",
  options: openOptions,
  positionals: ["FILE"],
  async run(args, context) {
    return summarize(await openFile(args.positionals[0], args, context));
  },
};
