import { mostProbable } from "../metrics/most-probable";
import type { Slice, Utf8Column } from "../slice/slice";
import { stringAt } from "../slice/utf8-column";
import { Field, Float32, Utf8 } from "./apache-arrow.mjs";
import { labelField, numberData, textData } from "./arrow-fields";
import { type Column, type Sink, writeTable } from "./run-tables";

/** What a network says of each cell's class. */
export interface PredictionTable {
  readonly obsNames: Utf8Column;
  readonly section: Slice["section"];
  readonly classes: readonly string[];
  readonly probabilities: Float32Array; // (nObs, classes)
}

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

const ROWS_AT_ONCE = 4096;

/** The same columns as text, RFC 4180. */
export function writePredictionCsv(table: PredictionTable, sink: Sink): void {
  const { obsNames, section, classes, probabilities } = table;
  const predicted = mostProbable(table, classes.length);
  const encoder = new TextEncoder();
  const line = (cells: readonly string[]) => `${cells.join(",")}\n`;
  let text = line(["id", "section", "predicted", "probability", ...classes.map((name) => quoted(columnOf(name)))]);
  for (const [i, k] of predicted.entries()) {
    const own = Array.from(probabilities.subarray(i * classes.length, (i + 1) * classes.length), (p) =>
      p.toPrecision(6),
    );
    const names = [stringAt(obsNames, i), section.names[section.codes[i]] ?? "", classes[k]];
    text += line([...names.map(quoted), own[k], ...own]);
    if (i % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) {
      sink(encoder.encode(text));
      text = "";
    }
  }
  sink(encoder.encode(text));
}

/** A class may be called as one of the other columns. */
function columnOf(name: string): string {
  return `p_${name}`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
