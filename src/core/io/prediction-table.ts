import { mostProbable } from "../metrics/most-probable";
import { Field, Float32, Utf8 } from "./apache-arrow.mjs";
import { labelField, numberData, textData } from "./arrow-fields";
import { columnOf, type PredictionTable } from "./prediction-csv";
import { type Column, type Sink, writeTable } from "./run-tables";

/** Columns id, section, predicted and probability (of the predicted class), then one of float32 for each class. */
export function writePredictionArrow(table: PredictionTable, sink: Sink): void {
  const { obsNames, section, classes, probabilities } = table;
  const nObs = section.codes.length;
  const predicted = mostProbable(table, classes.length);
  const sections = labelField("section", section.names, 0);
  const labels = labelField("predicted", classes, 1);
  const ofClass = (k: number) => Float32Array.from(predicted, (_, i) => probabilities[i * classes.length + k]);
  const own = Float32Array.from(predicted, (k, i) => probabilities[i * classes.length + k]);
  const columns: Column[] = [
    [new Field("id", new Utf8(), false), textData(obsNames, nObs)],
    [sections.field, sections.data(section.codes)],
    [labels.field, labels.data(predicted)],
    [new Field("probability", new Float32(), false), numberData(own, nObs)],
    ...classes.map(
      (name, k): Column => [new Field(columnOf(name), new Float32(), false), numberData(ofClass(k), nObs)],
    ),
  ];
  writeTable(columns, nObs, new Map(), sink);
}
