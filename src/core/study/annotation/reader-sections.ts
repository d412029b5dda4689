import { type Collection, readSection } from "../../collection/collection";
import { sectionClasses } from "../../collection/section-classes";
import type { SectionStore } from "../../collection/section-store";
import { LabError } from "../../errors";
import type { LabelRecipe } from "../../slice/cell-labels";
import type { CountMatrix, Slice } from "../../slice/slice";
import { labelCodes } from "../../slice/unlabelled";
import { quiet, type Task, throwIfCancelled } from "../../task";
import type { ModelReader } from "../../train/model-reader";
import { sectionStatistics } from "../../train/section-source";
import { expressionRows, standardised } from "../baselines/expression-rows";
import { LEAST_KEPT, type LinearReader, poolOf } from "./linear-reader";
import { learnReader } from "./reader-verdict";

export interface ReaderSections {
  readonly label: LabelRecipe;
  /** Of the network, in its order. */
  readonly classes: readonly string[];
  /** Numbers of the sections whose labels are known. */
  readonly known: readonly number[];
  /** Whether it learns from cells without a known label too: of all sections, as pretraining sees them. */
  readonly all: boolean;
}

/**
 * Teaches the reader that goes with a network over many sections. One section is in memory at a time, and of it stay the cells
 * that are learned from: no more than a reader looks at in a single slice, drawn evenly over all sections.
 *
 * @throws LabError as `learnReader`; LabError("cancelled") between two sections
 * Cost: two readings of each section.
 */
export async function readerOverSections(
  store: SectionStore,
  collection: Collection,
  { label, classes, known, all }: ReaderSections,
  settings: LinearReader,
  task: Task = quiet,
): Promise<ModelReader> {
  const { sections, varNames, countState } = collection;
  const looked = all ? sections.map((_, s) => s) : known;
  const statistics = await sectionStatistics(store, collection, { preprocess: standardised }, looked, task);
  const { labelled, unlabelled } = quotas(collection, { label, classes, known, looked, all });
  const rows = gatheredRows();
  const codes: number[] = [];
  for (const [at, s] of looked.entries()) {
    throwIfCancelled(task, "Gathering cells for the linear reader");
    task.progress(at, looked.length, "cells for the linear reader");
    const slice = await readSection(store, collection, s);
    const own = known.includes(s) ? codesAmong(slice, label, classes) : new Int32Array(slice.nObs).fill(-1);
    for (let i = 0; i < slice.nObs; i++) {
      const draw = own[i] < 0 ? unlabelled : labelled[own[i]];
      if (!draw()) continue;
      rows.add(slice, i);
      codes.push(own[i]);
    }
  }
  const counts = { X: rows.counts(), nObs: codes.length, nVars: varNames.length, countState };
  const cells = Uint32Array.from(codes.keys());
  const of = {
    features: expressionRows(counts, null, statistics),
    codes: Int32Array.from(codes),
    drawn: cells.filter((i) => codes[i] >= 0),
    unlabelled: all ? cells.filter((i) => codes[i] < 0) : null,
  };
  return learnReader(
    of,
    classes.map((_, c) => c),
    settings,
    task,
  );
}

/** Says of one cell after the other whether it is taken: `most` of `n`, evenly spread. */
function drawer(n: number, most: number): () => boolean {
  let [met, taken] = [0, 0];
  return () => {
    met++;
    if (taken >= Math.floor((met * most) / n)) return false;
    taken++;
    return true;
  };
}

/** As the reader of a single slice thins what it learns from. */
function quotas(
  collection: Collection,
  { label, classes, known, looked, all }: ReaderSections & { readonly looked: readonly number[] },
) {
  const counted = sectionClasses(collection, label, known);
  const cells = classes.map((name) => counted.cells[counted.classes.indexOf(name)] ?? 0);
  const nLabelled = cells.reduce((a, b) => a + b, 0);
  const pool = poolOf(collection.varNames.length);
  const share = Math.min(1, pool / nLabelled);
  const keep = (n: number): number => (share === 1 ? n : Math.min(n, Math.max(LEAST_KEPT, Math.floor(n * share))));
  const others = looked.reduce((sum, s) => sum + collection.sections[s].nObs, 0) - nLabelled;
  return {
    labelled: cells.map((n) => drawer(n, keep(n))),
    unlabelled: all ? drawer(others, Math.min(others, pool)) : () => false,
  };
}

/** Classes of a section's cells among the network's, -1 for all others. */
function codesAmong({ obs }: Slice, { name, leaveOut }: LabelRecipe, classes: readonly string[]): Int32Array {
  const column = obs.find((one) => one.name === name);
  if (column?.kind !== "categorical") throw new LabError("internal", `A section has no ${name}.`);
  return labelCodes(column, leaveOut).map((code) => (code < 0 ? -1 : classes.indexOf(column.categories[code])));
}

/** Rows of counts one after the other, of whatever sections; copied, so that no section is held by them. */
function gatheredRows() {
  const rows: { readonly indices: CountMatrix["indices"]; readonly data: CountMatrix["data"] }[] = [];
  return {
    add({ X }: Pick<Slice, "X">, cell: number): void {
      const [from, to] = [X.indptr[cell], X.indptr[cell + 1]];
      rows.push({ indices: X.indices.slice(from, to), data: X.data.slice(from, to) });
    },
    counts(): CountMatrix {
      const indptr = new Uint32Array(rows.length + 1);
      for (const [r, { data }] of rows.entries()) indptr[r + 1] = indptr[r] + data.length;
      const indices = new Uint32Array(indptr[rows.length]);
      const data = new Float32Array(indptr[rows.length]);
      for (const [r, row] of rows.entries()) {
        indices.set(row.indices, indptr[r]);
        data.set(row.data, indptr[r]);
      }
      return { indptr, indices, data };
    },
  };
}
