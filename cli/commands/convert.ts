import { resolve } from "node:path";
import { chunksOf, createArrowWriter, layoutOf } from "../../src/core/io/arrow";
import { summarize } from "../../src/core/slice/summary";
import type { Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { writeFile } from "../write-file";

export const convert: Command = {
  usage: `convert IN OUT.arrow ${openUsage}`,
  summary: "Writes a slice as an Arrow file, which opens at once.",
  options: openOptions,
  positionals: ["IN", "OUT.arrow"],
  async run(args, context) {
    const [from, to] = args.positionals;
    if (!to.endsWith(".arrow")) throw args.wrong(`${to} does not end in .arrow`);
    const slice = await openFile(from, args, context);
    await writeFile(resolve(context.cwd, to), (sink) => {
      const writer = createArrowWriter(layoutOf(slice), sink);
      for (const chunk of chunksOf(slice)) writer.write(chunk);
      writer.finish();
    });
    return summarize(slice);
  },
};
