import { LabError } from "../src/core/errors";
import { writeArrow } from "../src/core/io/arrow";
import { cellRecord, geneColumn } from "../src/core/slice/gene";
import { positionsMicrons, type Slice } from "../src/core/slice/slice";
import { summarize } from "../src/core/slice/summary";
import { withUnit } from "../src/core/slice/unit";
import { findString } from "../src/core/slice/utf8-column";
import { aloneOver, forgetCheckpoints, interruptedRun, keptRun } from "./collection-runs";
import { listCollections, removeCollection, removeUnfinished, sectionCells } from "./collections";
import { holdLife } from "./life";
import { buffersOf } from "./memory";
import type { DataApi, ReaderApi, SliceInfo } from "./protocol";
import { type Context, connect, type Handlers, type Port, serve } from "./rpc";
import { sliceName } from "./slice-name";

const slices = new Map<number, Slice>();
let nextId = 1;

const handlers: Handlers<DataApi> = {
  async open(source, context) {
    const found = await inReader("read", source, context);
    const slice = { ...found, name: sliceName(source, found.name) };
    const id = nextId++;
    slices.set(id, slice);
    return { result: infoOf(id, slice) };
  },
  setUnit({ sliceId, unit }) {
    const slice = withUnit(get(sliceId), unit);
    slices.set(sliceId, slice);
    return { result: infoOf(sliceId, slice) };
  },
  gene({ sliceId, gene }) {
    const counts = geneColumn(get(sliceId), gene);
    return { result: { counts }, transfer: [counts.buffer] };
  },
  cell: ({ sliceId, cell }) => ({ result: cellRecord(get(sliceId), cell) }),
  findCell: ({ sliceId, name }) => ({ result: { cell: findString(get(sliceId).obsNames, name) } }),
  exportArrow({ sliceId }, { task }) {
    const bytes = writeArrow(get(sliceId), task);
    return { result: { bytes }, transfer: [bytes.buffer] };
  },
  close({ sliceId }) {
    slices.delete(sliceId);
    return { result: null };
  },
  collections: async () => ({ result: await listCollections() }),
  async collect(files, context) {
    const id = crypto.randomUUID();
    try {
      return { result: await inReader("collect", { id, ...files }, context) };
    } catch (thrown) {
      // a thread that was ended amid its work could not tidy up
      await removeUnfinished(id).catch(() => {});
      throw thrown;
    }
  },
  async removeCollection({ id }) {
    await removeCollection(id);
    return { result: null };
  },
  collectionRun: async ({ id }) => ({ result: { kept: await keptRun(id), interrupted: await interruptedRun(id) } }),

  forgetInterrupted: async ({ id }) => {
    await aloneOver(id, () => forgetCheckpoints(id));
    return { result: null };
  },
  async sectionCells({ id, section }) {
    const cells = await sectionCells(id, section);
    return { result: cells, transfer: buffersOf(cells) };
  },
  slice: ({ sliceId }) => ({ result: get(sliceId) }),
  geometry({ sliceId }) {
    const slice = get(sliceId);
    return { result: { positions: positionsMicrons(slice), sectionCodes: slice.section.codes } };
  },
  link({ port }) {
    serve<DataApi>(port as unknown as Port, handlers);
    return { result: null };
  },
};

/**
 * Reads in a thread of its own, which ends with the call: a damaged file may keep the HDF5 library busy for ever, and
 * its heap never shrinks. Cancelling ends that thread at once, and no slice that is open is touched.
 */
async function inReader<M extends keyof ReaderApi>(
  method: M,
  request: ReaderApi[M]["request"],
  { task, signal }: Context<never>,
): Promise<ReaderApi[M]["result"]> {
  const worker = new Worker(new URL("./parse.worker.ts", import.meta.url), { type: "module" });
  const reader = connect<ReaderApi>(worker as unknown as Port);
  worker.addEventListener("error", (event) =>
    reader.fail(
      new LabError(
        "memory",
        `Reading stopped: ${event.message || "the reading thread ended"}.`,
        "The file may be too large for this browser's memory, or damaged. Try fewer cells or genes.",
      ),
    ),
  );
  signal.addEventListener("abort", () => reader.fail(new LabError("cancelled", "Opening was cancelled.")));
  try {
    return await reader(method, request, { onProgress: ({ done, total, what }) => task.progress(done, total, what) });
  } finally {
    worker.terminate();
  }
}

function infoOf(id: number, slice: Slice): SliceInfo {
  return {
    id,
    name: slice.name,
    summary: summarize(slice),
    varNames: slice.varNames,
    obs: slice.obs,
    section: slice.section,
    unit: slice.unit,
    positions: positionsMicrons(slice),
    provenance: slice.provenance,
  };
}

function get(sliceId: number): Slice {
  const slice = slices.get(sliceId);
  if (!slice) throw new LabError("missing", `Slice ${sliceId} is no longer open.`, "Open the file again.");
  return slice;
}

serve<DataApi>(self as unknown as Port, handlers);
holdLife();
