import { LabError } from "../src/core/errors";
import { openSlice } from "../src/core/io/open-slice";
import { simulateSlice } from "../src/core/simulate/simulate-slice";
import { combineSections } from "../src/core/slice/combine";
import type { Slice } from "../src/core/slice/slice";
import type { Task } from "../src/core/task";
import { collectFiles, openSection } from "./collections";
import { fileSource } from "./file-source";
import { buffersOf, shareArrays } from "./memory";
import type { ReaderApi } from "./protocol";
import { type Port, serve } from "./rpc";

async function read(source: ReaderApi["read"]["request"], task: Task): Promise<Slice> {
  switch (source.kind) {
    case "file":
      return openSlice(fileSource(source.file), source.options, task);
    case "files": {
      const slices: Slice[] = [];
      for (const file of source.files) slices.push(await openSlice(fileSource(file), source.options, task));
      return combineSections(slices);
    }
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
    case "section":
      return openSection(source.collection, source.section, task);
    case "simulate":
      return simulateSlice(source.options, task);
    default:
      return source satisfies never;
  }
}

serve<ReaderApi>(self as unknown as Port, {
  async read(source, { task }) {
    const slice = shareArrays(await read(source, task));
    return { result: slice, transfer: buffersOf(slice) };
  },
  collect: async ({ files, ...about }, { task }) => ({
    result: await collectFiles(files, about, task),
  }),
});
