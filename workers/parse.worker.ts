import { LabError } from "../src/core/errors";
import { writeArrow } from "../src/core/io/arrow";
import { openSlice } from "../src/core/io/open-slice";
import { simulateSlice } from "../src/core/simulate/simulate-slice";
import { cellRecord, geneColumn } from "../src/core/slice/gene";
import { positionsMicrons, type Slice } from "../src/core/slice/slice";
import { summarize } from "../src/core/slice/summary";
import { withUnit } from "../src/core/slice/unit";
import { findString } from "../src/core/slice/utf8-column";
import type { Task } from "../src/core/task";
import { fileSource } from "./file-source";
import { shareArrays } from "./memory";
import type { DataApi, SliceInfo } from "./protocol";
import { type Handlers, type Port, serve } from "./rpc";

const slices = new Map<number, Slice>();
let nextId = 1;

const handlers: Handlers<DataApi> = {
  async open(source, { task }) {
    const slice = shareArrays(await read(source, task));
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

async function read(source: DataApi["open"]["request"], task: Task): Promise<Slice> {
  switch (source.kind) {
    case "file":
      return openSlice(fileSource(source.file), source.options, task);
    case "url": {
      task.progress(0, 1, `fetching ${source.name}`);
      const response = await fetch(source.url);
      if (!response.ok) {
        throw new LabError(
          "missing",
          `${source.name} could not be fetched (${response.status}).`,
          "Start the lab again with the path of a file that exists.",
        );
      }
      // a Blob may stay on disk; only what the reader asks for comes into memory
      const file = new File([await response.blob()], source.name);
      return openSlice(fileSource(file), source.options, task);
    }
    case "simulate":
      return simulateSlice(source.options, task);
    default:
      return source satisfies never;
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
