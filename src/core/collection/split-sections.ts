import { LabError } from "../errors";
import { cellsBySection } from "../graph/sections";
import { type ArrowWriter, createArrowWriter, layoutOf } from "../io/arrow";
import type { ArrowLayout } from "../io/arrow-chunk";
import type { RowStream } from "../io/row-stream";
import type { CountMatrix, Slice, Utf8Column } from "../slice/slice";
import { quiet, type Task, throwIfCancelled } from "../task";
import type { SectionFile, SectionFolder } from "./section-store";

export interface SplitOptions {
  /** Names of files that are taken already, by sections of another file. */
  readonly taken?: ReadonlySet<string>;
  /** Entries that wait in memory, over all sections, before the section with most is written. */
  readonly mostWaiting?: number;
}

/** A section that was written. */
export interface WrittenSection {
  readonly file: string;
  readonly name: string;
  readonly nObs: number;
}

/**
 * Writes each section of a file as an Arrow file of its own, with all genes and labels of the file. Of the counts no more is
 * in memory than a range of the file and what waits to be written; a section whose cells lie together is written in few
 * batches, one whose cells are scattered through the file in more. Names, positions and labels are held whole.
 *
 * @throws LabError("range") if a section has a single cell, which can have no neighbours; nothing is then left behind
 */
export async function splitSections(
  { head, ranges }: RowStream,
  folder: SectionFolder,
  { taken = new Set(), mostWaiting = 2 ** 23 }: SplitOptions = {},
  task: Task = quiet,
): Promise<WrittenSection[]> {
  // sections without cells are none, and cells without a section are one
  const cells = cellsBySection(head.section.codes, head.nObs);
  const names = cells.map(([first]) => head.section.names[head.section.codes[first]] ?? "unassigned");
  const files = fileNames(names, taken);
  const single = cells.findIndex((own) => own.length < 2);
  if (single >= 0)
    throw new LabError(
      "range",
      `Section ${names[single]} has a single cell.`,
      "Leave it out of the file: a cell alone has no neighbours to learn from.",
    );
  // whole counts below 65,536 in two bytes, which nearly all are; the few files beyond are written once more
  for (const countType of head.countState === "counts" ? (["uint16", "float32"] as const) : (["float32"] as const)) {
    const parts = cells.map((own, s) => new Part(head, own, { name: names[s], file: files[s], countType }));
    try {
      await write(parts, { head, ranges }, folder, mostWaiting, task);
      return cells.map((own, s) => ({ file: files[s], name: names[s], nObs: own.length }));
    } catch (thrown) {
      for (const part of parts) await part.abandon();
      if (countType === "float32" || !(thrown instanceof CountsAreWide)) throw thrown;
    }
  }
  throw new LabError("internal", "No type holds the counts.");
}

class CountsAreWide extends Error {}

async function write(
  parts: readonly Part[],
  { head, ranges }: RowStream,
  folder: SectionFolder,
  mostWaiting: number,
  task: Task,
): Promise<void> {
  const { codes } = head.section;
  const partOf = new Map(parts.map((part) => [codes[part.cells[0]], part]));
  for await (const { from, X } of ranges()) {
    throwIfCancelled(task, "Dividing the sections");
    const nRows = X.indptr.length - 1;
    // runs of cells of one section, which a file as a rule keeps together
    for (let i = 0; i < nRows; ) {
      let to = i + 1;
      while (to < nRows && codes[from + to] === codes[from + i]) to++;
      partOf.get(codes[from + i])?.take(X, i, to);
      i = to;
    }
    for (const part of parts) if (part.complete) await part.finish(folder);
    for (let waiting = total(parts); waiting > mostWaiting; waiting = total(parts))
      await parts.reduce((most, part) => (part.waiting > most.waiting ? part : most)).flush(folder);
  }
  for (const part of parts) await part.finish(folder);
}

const total = (parts: readonly Part[]): number => parts.reduce((n, part) => n + part.waiting, 0);

/** One section on its way to its file. */
class Part {
  waiting = 0;
  private readonly pieces: CountMatrix[] = [];
  private taken = 0;
  private written = 0;
  private open: { file: SectionFile; writer: ArrowWriter } | null = null;
  private done = false;
  private readonly layout: ArrowLayout;
  private readonly file: string;

  constructor(
    private readonly head: Slice,
    readonly cells: Uint32Array,
    { name, file, countType }: { name: string; file: string; countType: ArrowLayout["countType"] },
  ) {
    this.file = file;
    const own: Slice = { ...head, name, section: { codes: new Int8Array(0), names: [name] } };
    this.layout = { ...layoutOf(own), countType };
  }

  get complete(): boolean {
    return !this.done && this.taken === this.cells.length;
  }

  /** The rows [from, to) of a range, all of this section. */
  take({ indptr, indices, data }: CountMatrix, from: number, to: number): void {
    const [start, end] = [indptr[from], indptr[to]];
    if (this.layout.countType === "uint16" && !(data instanceof Uint8Array))
      for (let e = start; e < end; e++) if (data[e] > 65535) throw new CountsAreWide();
    // copies: the range they lie in is given up
    this.pieces.push({
      indptr: indptr.slice(from, to + 1).map((at) => at - start),
      indices: indices.slice(start, end),
      data: data.slice(start, end),
    });
    this.waiting += end - start;
    this.taken += to - from;
  }

  async flush(folder: SectionFolder): Promise<void> {
    if (this.pieces.length === 0) return;
    if (!this.open) {
      const file = await folder.create(this.file);
      this.open = { file, writer: createArrowWriter(this.layout, (bytes) => file.write(bytes)) };
    }
    const own = this.cells.subarray(this.written, this.taken);
    const { head } = this;
    const spatial = new Float32Array(2 * own.length);
    own.forEach((cell, i) => {
      spatial[2 * i] = head.spatial[2 * cell];
      spatial[2 * i + 1] = head.spatial[2 * cell + 1];
    });
    this.open.writer.write({
      X: joined(this.pieces),
      obsNames: namesOf(head.obsNames, own),
      spatial,
      sectionCodes: new Int8Array(own.length),
      obs: head.obs.map((column) => {
        const values = column.kind === "categorical" ? column.codes : column.values;
        const type = values.constructor as new (n: number) => typeof values;
        const some = new type(own.length);
        for (let i = 0; i < own.length; i++) some[i] = values[own[i]];
        return some;
      }),
    });
    this.written = this.taken;
    this.pieces.length = 0;
    this.waiting = 0;
  }

  async finish(folder: SectionFolder): Promise<void> {
    if (this.done) return;
    await this.flush(folder);
    this.open?.writer.finish();
    await this.open?.file.finish();
    this.open = null;
    this.done = true;
  }

  async abandon(): Promise<void> {
    await this.open?.file.abandon();
    this.open = null;
  }
}

function joined(pieces: readonly CountMatrix[]): CountMatrix {
  const nRows = pieces.reduce((n, { indptr }) => n + indptr.length - 1, 0);
  const nnz = pieces.reduce((n, { data }) => n + data.length, 0);
  const wide = pieces.some(({ indices }) => indices instanceof Uint32Array);
  const float = pieces.some(({ data }) => data instanceof Float32Array);
  const indptr = new Uint32Array(nRows + 1);
  const indices = wide ? new Uint32Array(nnz) : new Uint16Array(nnz);
  const data = float ? new Float32Array(nnz) : new Uint16Array(nnz);
  let [row, at] = [0, 0];
  for (const piece of pieces) {
    for (let i = 1; i < piece.indptr.length; i++) indptr[row + i] = at + piece.indptr[i];
    indices.set(piece.indices, at);
    data.set(piece.data, at);
    row += piece.indptr.length - 1;
    at += piece.data.length;
  }
  return { indptr, indices, data };
}

function namesOf({ offsets, bytes }: Utf8Column, cells: Uint32Array): Utf8Column {
  const own = new Int32Array(cells.length + 1);
  for (let i = 0; i < cells.length; i++) own[i + 1] = own[i] + offsets[cells[i] + 1] - offsets[cells[i]];
  const text = new Uint8Array(own[cells.length]);
  cells.forEach((cell, i) => {
    text.set(bytes.subarray(offsets[cell], offsets[cell + 1]), own[i]);
  });
  return { offsets: own, bytes: text };
}

/** File names that any file system takes, in the order of the sections, none twice. */
function fileNames(sections: readonly string[], taken: ReadonlySet<string>): string[] {
  const used = new Set([...taken].map((file) => file.toLowerCase()));
  return sections.map((name) => {
    const stem = name.replace(/[^\p{L}\p{N}._-]+/gu, "_").replace(/^[._]+/, "") || "section";
    let file = `${stem}.arrow`;
    for (let k = 2; used.has(file.toLowerCase()); k++) file = `${stem}-${k}.arrow`;
    used.add(file.toLowerCase());
    return file;
  });
}
