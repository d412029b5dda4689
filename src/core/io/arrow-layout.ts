import { LabError } from "../errors";
import type { CountState, ObsColumn, Provenance, Slice, SpatialUnit } from "../slice/slice";

// Names of the Arrow layout; docs/formats.md is its description for people.

export const LAYOUT_VERSION = "1";

/** Columns with a meaning of their own. A label of the same name is written with the prefix. */
export const FIELD = { x: "x", y: "y", cell: "cell", section: "section", gene: "gene", count: "count" } as const;
const RESERVED: readonly string[] = Object.values(FIELD);
const PREFIX = "obs.";

const KEY = {
  version: "slice.version",
  name: "slice.name",
  genes: "slice.genes",
  unit: "slice.unit",
  countState: "slice.counts",
  section: "slice.section",
  colors: "slice.colors",
  provenance: "slice.provenance",
} as const;

/** Which field holds the section of a cell, and whether it is a label of the cells as well. */
export interface SectionField {
  readonly field: string;
  readonly label: boolean;
}

/** What the schema's metadata says; anything but the genes may be absent in files written elsewhere. */
export interface LayoutMetadata {
  readonly name?: string;
  readonly varNames: readonly string[];
  readonly unit?: SpatialUnit;
  readonly countState?: CountState;
  readonly section?: SectionField;
  readonly colors: Readonly<Record<string, readonly string[]>>;
  readonly provenance?: Provenance;
}

/** Name of the field that holds an obs column. */
export function fieldOf(column: string, section: SectionField): string {
  const isSection = section.label && column === section.field;
  return (RESERVED.includes(column) && !isSection) || column.startsWith(PREFIX) ? PREFIX + column : column;
}

/** Name of the obs column that a field holds. */
export function columnOf(field: string): string {
  return field.startsWith(PREFIX) ? field.slice(PREFIX.length) : field;
}

/** The obs column that is the section, if one is: it is then written once. */
export function sectionField(section: Slice["section"], obs: readonly ObsColumn[]): SectionField {
  const same = obs.find(
    (column) =>
      column.kind === "categorical" &&
      column.codes === section.codes &&
      column.categories.length === section.names.length &&
      column.categories.every((name, code) => name === section.names[code]) &&
      (column.name === FIELD.section || !RESERVED.includes(column.name)) &&
      !column.name.startsWith(PREFIX),
  );
  return same ? { field: same.name, label: true } : { field: FIELD.section, label: false };
}

/** Metadata as Arrow keeps it: text by text, in a fixed order, so that the same slice gives the same bytes. */
export function encodeMetadata(metadata: Required<LayoutMetadata>): Map<string, string> {
  const { name, origin, micronsPerUnit } = metadata.unit;
  const { file, format, matrix, notes } = metadata.provenance;
  return new Map([
    [KEY.version, LAYOUT_VERSION],
    [KEY.name, metadata.name],
    [KEY.genes, JSON.stringify(metadata.varNames)],
    [KEY.unit, JSON.stringify({ name, micronsPerUnit, origin })],
    [KEY.countState, metadata.countState],
    [KEY.section, JSON.stringify({ field: metadata.section.field, label: metadata.section.label })],
    [KEY.colors, JSON.stringify(metadata.colors)],
    [KEY.provenance, JSON.stringify({ file, format, matrix, notes })],
  ]);
}

/**
 * @throws LabError("missing") without gene names
 * @throws LabError("format") if an entry cannot be understood or the layout is of a later version
 */
export function decodeMetadata(file: string, metadata: ReadonlyMap<string, string>): LayoutMetadata {
  const version = metadata.get(KEY.version) ?? LAYOUT_VERSION;
  if (version !== LAYOUT_VERSION)
    throw new LabError(
      "format",
      `${file} is written in version ${version} of the slice layout; this lab reads version ${LAYOUT_VERSION}.`,
      "Open it with a newer lab, or write it again.",
    );
  const json = <T>(key: string, isValid: (value: unknown) => value is T): T | undefined => {
    const text = metadata.get(key);
    if (text === undefined) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    if (isValid(value)) return value;
    throw new LabError(
      "format",
      `${file}: the metadata ${key} cannot be understood.`,
      "docs/formats.md shows what it holds.",
      text.slice(0, 500),
    );
  };
  const varNames = json(KEY.genes, isTexts);
  if (!varNames)
    throw new LabError(
      "missing",
      `${file} does not name its genes.`,
      `Put them into the metadata of the Arrow schema, as a JSON list under "${KEY.genes}"; docs/formats.md shows how.`,
    );
  const unit = json(KEY.unit, isUnit);
  const section = json(KEY.section, isSection);
  const provenance = json(KEY.provenance, isProvenance);
  const name = metadata.get(KEY.name);
  const countState = metadata.get(KEY.countState);
  return {
    varNames,
    colors: json(KEY.colors, isPalettes) ?? {},
    ...(name !== undefined && { name }),
    ...(isCountState(countState) && { countState }),
    ...(unit && { unit: { name: unit.name, micronsPerUnit: unit.micronsPerUnit, origin: unit.origin ?? "declared" } }),
    ...(section && { section }),
    ...(provenance && { provenance }),
  };
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null && !Array.isArray(v);
const isTexts = (v: unknown): v is string[] => Array.isArray(v) && v.every((item) => typeof item === "string");
const isPalettes = (v: unknown): v is Record<string, string[]> => isObject(v) && Object.values(v).every(isTexts);
const isCountState = (v: unknown): v is CountState => v === "counts" || v === "log1p" || v === "unknown";
const isSection = (v: unknown): v is SectionField =>
  isObject(v) && typeof v.field === "string" && typeof v.label === "boolean";
const isUnit = (v: unknown): v is Omit<SpatialUnit, "origin"> & Partial<Pick<SpatialUnit, "origin">> =>
  isObject(v) && typeof v.name === "string" && typeof v.micronsPerUnit === "number" && v.micronsPerUnit > 0;
const isProvenance = (v: unknown): v is Provenance =>
  isObject(v) &&
  typeof v.file === "string" &&
  typeof v.matrix === "string" &&
  ["arrow", "h5ad", "simulated"].includes(String(v.format)) &&
  isTexts(v.notes);
