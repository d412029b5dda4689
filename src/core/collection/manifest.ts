import { LabError } from "../errors";
import type { Collection, LabelCounts, SectionFacts } from "./collection";

/** A collection that lies in a store of its own, with what is known of it without opening a section. */
export interface KeptCollection {
  /** Names its folder. */
  readonly id: string;
  /** What the person calls it. */
  readonly name: string;
  readonly created: string; // ISO 8601
  /** Of all its sections' files. */
  readonly bytes: number;
  readonly collection: Collection;
}

const VERSION = 1;

/** As JSON; written beside the sections once all of them are whole, so that a folder without one is unfinished. */
export function writeManifest({ name, created, bytes, collection }: KeptCollection): string {
  const { sections, labels, ...agreed } = collection;
  return JSON.stringify({
    version: VERSION,
    name,
    created,
    bytes,
    ...agreed,
    sections: sections.map((section) => ({ ...section, totals: [...section.totals] })),
    labels: labels.map((label) => ({ ...label, counts: [...label.counts] })),
  });
}

/**
 * @param id  of the folder that the manifest lies in
 * @throws LabError("format") if it is no manifest, was cut off, or is of another version
 */
export function readManifest(id: string, text: string): KeptCollection {
  const { version, name, created, bytes, sections, labels, ...agreed } = parse(text);
  if (version !== VERSION) throw damaged(`It is of version ${String(version)}.`);
  const { varNames, nObs, countState, notes } = agreed;
  const whole = [sections, labels, varNames, notes].every(Array.isArray) && typeof nObs === "number";
  if (!whole || typeof name !== "string" || typeof created !== "string" || typeof bytes !== "number")
    throw damaged("It lacks what a manifest has.");
  type Stored<T, Key extends keyof T> = Omit<T, Key> & { readonly [K in Key]: readonly never[] };
  const collection = {
    varNames,
    nObs,
    countState,
    notes,
    sections: (sections as Stored<SectionFacts, "totals">[]).map((section): SectionFacts => {
      return { ...section, totals: new Map(section.totals as readonly (readonly [number, number])[]) };
    }),
    labels: (labels as Stored<LabelCounts, "counts">[]).map((label): LabelCounts => {
      return { ...label, counts: Uint32Array.from(label.counts) };
    }),
  } as Collection;
  return { id, name, created, bytes, collection };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (thrown) {
    throw damaged(String(thrown));
  }
  throw damaged("It is no object.");
}

function damaged(detail: string): LabError {
  return new LabError(
    "format",
    "The list of the collection's sections cannot be read.",
    "Delete the collection and collect its files again.",
    detail,
  );
}
