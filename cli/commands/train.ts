import type { Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { recipeOf, recipeOptions, recipeUsage } from "../recipe-options";
import { folderForRun } from "../run-folder";
import { trainingOptions, trainingUsage, trainRun } from "../train-run";

export const train: Command = {
  usage: `train FILE --out DIR|--dry-run ${recipeUsage} ${trainingUsage} ${openUsage}`,
  summary: "Trains a network on a slice and writes its embedding, its weights and a record of the run.",
  options: { ...openOptions, ...recipeOptions, ...trainingOptions },
  positionals: ["FILE"],
  async run(args, context) {
    const { cwd } = context;
    const recipe = recipeOf(args, cwd);
    const run = args.has("dry-run") ? null : folderForRun(args.text("out"), cwd, { force: args.has("force") });
    const slice = await openFile(args.positionals[0], args, context);
    return trainRun({ slice, recipe, run, validation: "none" }, args, context);
  },
};
