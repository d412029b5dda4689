import { learnsLabel } from "../../src/core/train/run-cells";
import type { Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { recipeOf, recipeOptions, recipeUsage } from "../recipe-options";
import { folderForRun } from "../run-folder";
import { namesCollection } from "../section-folder";
import { readPipelineRecipe } from "../stage-recipe";
import { trainingOptions, trainingUsage, trainRun } from "../train-run";
import { refuseSectionOptions, sectionOptions, sectionUsage, trainSections } from "../train-sections";

export const pretrain: Command = {
  usage: `pretrain FILE…|DIR --out DIR|--dry-run ${recipeUsage} ${trainingUsage} ${sectionUsage} ${openUsage}`,
  summary:
    "Trains a network without labels as SpatialSSL does (--preset spatialssl unless told), watched on cells that it does not learn from, or as annotates best here (--preset lab); for finetune. Of several files, or a folder of sections, one section is in memory at a time.",
  options: { ...openOptions, ...recipeOptions, ...trainingOptions, ...sectionOptions },
  positionals: ["FILE…"],
  async run(args, context) {
    const { cwd } = context;
    const recipe = recipeOf(args, cwd, "spatialssl");
    if (learnsLabel(recipe)) throw args.wrong("--label belongs to finetune: pretraining learns none");
    const run = args.has("dry-run") ? null : folderForRun(args.text("out"), cwd, { force: args.has("force") });
    const { positionals: words } = args;
    const pipeline = args.has("recipe") ? readPipelineRecipe(args.text("recipe"), cwd) : null;
    for (const note of pipeline?.notes ?? []) context.say(`note: ${note}`);
    // preset lab stops by no validation cells, nor does a patience of 0: all of them are learned from
    const stops = recipe.patience !== undefined || !(pipeline || args.text("preset", "") === "lab");
    const validation = stops ? "auto" : "none";
    if (namesCollection(words, cwd)) return trainSections({ words, recipe, run, validation }, args, context);
    refuseSectionOptions(args);
    const slice = await openFile(args.positionals[0], args, context);
    return trainRun({ slice, recipe, run, validation }, args, context);
  },
};
