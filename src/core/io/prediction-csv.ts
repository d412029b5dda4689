import { mostProbable } from "../metrics/most-probable";
import type { Slice, Utf8Column } from "../slice/slice";
import { stringAt } from "../slice/utf8-column";
import type { Sink } from "./run-tables";

/** What a network says of each cell's class. */
export interface PredictionTable {
  readonly obsNames: Utf8Column;
  readonly section: Slice["section"];
  readonly classes: readonly string[];
  readonly probabilities: Float32Array; // (nObs, classes)
}

const ROWS_AT_ONCE = 4096;

/**
 * Columns id, section, predicted and probability (of the predicted class), then one for each class, as text after RFC 4180.
 */
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

/** The column of a class, which may be called as one of the other columns. */
export function columnOf(name: string): string {
  return `p_${name}`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
