import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LabError } from "../../src/core/errors";
import { buildGraph } from "../../src/core/graph/build-graph";
import { writePredictionCsv } from "../../src/core/io/prediction-csv";
import { writePredictionArrow } from "../../src/core/io/prediction-table";
import { f1Scores } from "../../src/core/metrics/f1";
import { mostProbable } from "../../src/core/metrics/most-probable";
import { positionsMicrons, type Slice } from "../../src/core/slice/slice";
import { labelCodes } from "../../src/core/slice/unlabelled";
import { withReader } from "../../src/core/study/annotation/reader-verdict";
import { readModel } from "../../src/core/train/model-file";
import { modelInput, nothingLabelled } from "../../src/core/train/model-input";
import type { RunRecipe } from "../../src/core/train/recipe";
import { createTrainer } from "../../src/core/train/trainer";
import type { Command } from "../command";
import { openFile, openOptions, openUsage } from "../open-file";
import { folderWithModel } from "../run-folder";
import { openDevice } from "../train-run";
import { writeFile } from "../write-file";

export const predict: Command = {
  usage: `predict FILE --model DIR --out TABLE.csv|TABLE.arrow [--backend auto|webgpu|wasm|cpu] [--allow-software] ${openUsage}`,
  summary: "Tells the class of every cell of a slice, with probabilities, by a network that learned a label.",
  options: {
    ...openOptions,
    model: { type: "string" },
    out: { type: "string" },
    backend: { type: "string" },
    "allow-software": { type: "boolean" },
  },
  positionals: ["FILE"],
  async run(args, context) {
    const { cwd, task, say } = context;
    const out = args.text("out");
    const asCsv = out.endsWith(".csv");
    if (!asCsv && !out.endsWith(".arrow")) throw args.wrong(`--out: expected a name in .csv or .arrow, got "${out}"`);
    const folder = folderWithModel(args.text("model"), cwd);
    const model = readModel(new Uint8Array(readFileSync(folder.path("model"))), folder.name);
    const { recipe, classes } = model;
    if (!classes)
      throw new LabError("range", `${folder.name} learned no label, so it can predict none.`, "Run finetune with it.");
    const own = await openFile(args.positionals[0], args, context);
    const { slice, statistics, reader, notes, missingGenes } = modelInput(model, own);
    const { graph, statistics: facts } = await buildGraph(
      positionsMicrons(slice),
      slice.section.codes,
      recipe.graph,
      task,
    );
    for (const note of [...facts.warnings, ...notes]) say(`note: ${note}`);
    const backend = await openDevice(args, say);
    try {
      const labels = nothingLabelled(classes, slice.nObs);
      const input = { slice, graph, recipe, backend, labels, ...(statistics && { statistics }) };
      const trainer = await createTrainer(input, task);
      for (const note of trainer.notes) say(`note: ${note}`);
      trainer.load(model.arrays);
      const network = (await trainer.predict()) ?? new Float32Array();
      trainer.dispose();
      const probabilities = withReader(network, reader, slice);
      const table = { obsNames: slice.obsNames, section: slice.section, classes, probabilities };
      const write = asCsv ? writePredictionCsv : writePredictionArrow;
      await writeFile(resolve(cwd, out), (sink) => write(table, sink));
      const predicted = mostProbable(table, classes.length);
      const alone = reader && agreement(own, recipe, classes, mostProbable({ probabilities: network }, classes.length));
      const cells = classes.map((_, k) => predicted.reduce((n, code) => n + Number(code === k), 0));
      return {
        backend: backend.report.name,
        nObs: slice.nObs,
        label: recipe.label?.name ?? null,
        cells: Object.fromEntries(classes.map((name, k) => [name, cells[k]])),
        missingGenes: missingGenes.length,
        reader: reader && { share: reader.share, selfTrained: reader.selfTrained },
        ...agreement(own, recipe, classes, predicted),
        ...(alone?.nScored && { networkAlone: { f1Micro: alone.f1Micro, f1Macro: alone.f1Macro } }),
      };
    } finally {
      backend.dispose();
    }
  },
};

interface Agreement {
  readonly nScored?: number;
  readonly f1Micro?: number;
  readonly f1Macro?: number;
}

/** How well the predictions agree with the label, where the slice has it; cells of classes that were not learned count as missed. */
function agreement(slice: Slice, { label }: RunRecipe, classes: readonly string[], predicted: Int32Array): Agreement {
  const column = slice.obs.find(({ name }) => name === label?.name);
  if (!label || column?.kind !== "categorical") return {};
  const names = [...classes, ...column.categories.filter((name) => !classes.includes(name))];
  const truth = labelCodes(column, label.leaveOut).map((code) =>
    code < 0 ? -1 : names.indexOf(column.categories[code]),
  );
  const { nScored, micro, macro } = f1Scores(truth, predicted);
  return nScored > 0 ? { nScored, f1Micro: micro, f1Macro: macro } : {};
}
