import type { Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { recipeOf, recipeOptions, recipeUsage } from "../recipe-options";
import { folderForRun } from "../run-folder";
import { trainingOptions, trainingUsage, trainRun } from "../train-run";

export const pretrain: Command = {
  usage: `pretrain FILE --out DIR|--dry-run ${recipeUsage} ${trainingUsage} ${openUsage}`,
  summary:
    "Trains a network without labels as SpatialSSL does (--preset spatialssl unless told), watched on cells that it does not learn from; for finetune.",
  options: { ...openOptions, ...recipeOptions, ...trainingOptions },
  positionals: ["FILE"],
  async run(args, context) {
    const { cwd } = context;
    const recipe = recipeOf(args, cwd, "spatialssl");
    if (recipe.label) throw args.wrong("--label belongs to finetune: pretraining learns none");
    const run = args.has("dry-run") ? null : folderForRun(args.text("out"), cwd, { force: args.has("force") });
    const slice = await openFile(args.positionals[0], args, context);
    return trainRun({ slice, recipe, run, validation: "auto" }, args, context);
  },
};
