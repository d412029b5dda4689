import type { Backend } from "../backend/backend";
import { buildGraph } from "../graph/build-graph";
import { type F1Scores, f1Scores } from "../metrics/f1";
import { mostProbable } from "../metrics/most-probable";
import { codesAmong } from "../slice/cell-labels";
import { positionsMicrons, type Slice } from "../slice/slice";
import { quiet } from "../task";
import type { Model } from "./model-file";
import { modelInput, nothingLabelled } from "./model-input";
import { createTrainer } from "./trainer";

/**
 * How well a network that learned a label over sections labels another one, scored by that section's own labels. Cells of classes
 * that the network did not learn are not scored.
 *
 * @returns null where it learned no label, or the section has none of it
 */
export async function scoreSection(model: Model, slice: Slice, backend: Backend): Promise<F1Scores | null> {
  const { recipe, classes, arrays } = model;
  if (!classes || !recipe.label) return null;
  const truth = codesAmong(slice, recipe.label, classes);
  if (!truth?.some((code) => code >= 0)) return null;
  const { slice: own, statistics } = modelInput(model, slice);
  const { graph } = buildGraph(positionsMicrons(own), own.section.codes, recipe.graph);
  const labels = nothingLabelled(classes, own.nObs);
  const input = { slice: own, graph, recipe, backend, labels, ...(statistics && { statistics }) };
  // also after the person stopped the run: it is short, and the network is what they stopped for
  const trainer = await createTrainer(input, quiet);
  try {
    trainer.load(arrays);
    const probabilities = await trainer.predict();
    return probabilities && f1Scores(truth, mostProbable({ probabilities }, classes.length));
  } finally {
    trainer.dispose();
  }
}
