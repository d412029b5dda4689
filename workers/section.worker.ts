import { LabError } from "../src/core/errors";
import { buffersOf, type SectionSource } from "../src/core/train/prepared-section";
import { sectionsHere } from "../src/core/train/section-source";
import { openCollection } from "./collections";
import type { SectionApi } from "./protocol";
import { type Port, serve } from "./rpc";

let source: SectionSource | null = null;

serve<SectionApi>(self as unknown as Port, {
  async begin({ collection, plan }) {
    const { kept, store } = await openCollection(collection);
    source = sectionsHere(store, kept.collection, plan);
    return { result: null };
  },
  async prepare({ section }) {
    if (!source) throw new LabError("internal", "The thread that reads sections was not told of which collection.");
    const prepared = await source.at(section);
    return { result: prepared, transfer: buffersOf(prepared) };
  },
});
