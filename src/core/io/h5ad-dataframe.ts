import { LabError } from "../errors";
import { categoriesOf, codeArray, narrowCodes } from "../slice/columns";
import type { CategoricalColumn, NumericColumn, ObsColumn, Utf8Column } from "../slice/slice";
import { packStrings, stringAt } from "../slice/utf8-column";
import type { Hdf5File, NumericArray } from "./hdf5-file";

/** Beyond so many different texts a column is an identifier, not a label. */
const MOST_CATEGORIES = 10_000;
const EXACT_IN_FLOAT32 = 2 ** 24;

/** Row names of a data frame, `obs` or `var`. */
export function rowNames(file: Hdf5File, frame: string): Utf8Column {
  if (file.kind(frame) === "dataset")
    throw new LabError(
      "format",
      `${file.name}: ${frame} is one compound table, as anndata wrote before version 0.7.`,
      "Open the file with a current anndata and write it again.",
    );
  const named = file.attribute(frame, "_index");
  const candidates = [...(typeof named === "string" ? [named] : []), "_index", "index"];
  for (const name of candidates) {
    const path = `${frame}/${name}`;
    if (file.kind(path) === null) continue;
    if (file.kind(`${path}/codes`)) {
      const { codes, categories } = categorical(
        name,
        file.numbers(`${path}/codes`),
        labels(file, `${path}/categories`),
      );
      return packStrings(Array.from(codes, (code) => categories[code] ?? ""));
    }
    // nullable text, which anndata may use for names too, keeps its values in a group
    const plain = file.kind(path) === "group" ? `${path}/values` : path;
    return file.element(plain) === "text" ? file.text(plain) : packStrings(Array.from(file.numbers(plain), String));
  }
  throw new LabError(
    "missing",
    `${file.name}: ${frame} has no row names.`,
    "A slice needs the names of its cells in obs and of its genes in var; write the file again with anndata.",
  );
}

/** Names of a data frame's columns in the order they were written. */
export function columnNames(file: Hdf5File, frame: string): string[] {
  const index = file.attribute(frame, "_index") ?? "_index";
  const present = file
    .keys(frame)
    .filter((k) => k !== index && k !== "_index" && k !== "index" && k !== "__categories");
  const order = file.attribute(frame, "column-order");
  const written = Array.isArray(order) ? order.map(String).filter((name) => present.includes(name)) : [];
  return [...written, ...present.filter((name) => !written.includes(name))];
}

/**
 * One column as a label or a number, whatever its encoding; null, with a note, where it is neither.
 * Text and booleans become labels.
 */
export function readColumn(file: Hdf5File, frame: string, name: string, notes: string[]): ObsColumn | null {
  const path = `${frame}/${name}`;
  const leaveOut = (why: string): null => {
    notes.push(`Column ${frame}/${name} is left out: ${why}.`);
    return null;
  };
  if (file.kind(path) === "group") {
    if (file.kind(`${path}/codes`) && file.kind(`${path}/categories`))
      return categorical(name, file.numbers(`${path}/codes`), labels(file, `${path}/categories`));
    if (file.kind(`${path}/values`)) return nullable(file, path, name, notes);
    return leaveOut(`its encoding (${file.attribute(path, "encoding-type") ?? "unnamed"}) is not one of a column`);
  }
  const element = file.element(path);
  if (element === "text") return textColumn(file, path, name, null, notes);
  if (element === "enum") return booleans(name, file.numbers(path), null);
  if (element !== "number") return leaveOut(`it holds ${element}`);
  if (file.shape(path).length !== 1) return leaveOut("it has more than one value per cell");

  const legacy = `${frame}/__categories/${name}`;
  if (file.kind(legacy)) return categorical(name, file.numbers(path), labels(file, legacy));
  return numeric(name, file.numbers(path), null, notes);
}

function nullable(file: Hdf5File, path: string, name: string, notes: string[]): ObsColumn | null {
  const mask = file.kind(`${path}/mask`) ? file.numbers(`${path}/mask`) : null;
  const element = file.element(`${path}/values`);
  if (element === "text") return textColumn(file, `${path}/values`, name, mask, notes);
  const values = file.numbers(`${path}/values`);
  const boolean = element === "enum" || String(file.attribute(path, "encoding-type")).includes("boolean");
  return boolean ? booleans(name, values, mask) : numeric(name, values, mask, notes);
}

function categorical(name: string, codes: NumericArray, categories: string[]): CategoricalColumn {
  return { kind: "categorical", name, codes: narrowCodes(codes, categories.length), categories };
}

function numeric(name: string, values: NumericArray, mask: NumericArray | null, notes: string[]): NumericColumn {
  const out = new Float32Array(values.length);
  let rounded = 0;
  for (let i = 0; i < values.length; i++) {
    out[i] = mask?.[i] ? Number.NaN : values[i];
    if (Math.abs(values[i]) > EXACT_IN_FLOAT32 && out[i] !== values[i]) rounded++;
  }
  if (rounded > 0) notes.push(`Column obs/${name} is kept to seven digits: ${rounded} of its values have more.`);
  return { kind: "numeric", name, values: out };
}

function booleans(name: string, values: NumericArray, mask: NumericArray | null): CategoricalColumn {
  const codes = codeArray(values.length, 2);
  for (let i = 0; i < values.length; i++) codes[i] = mask?.[i] ? -1 : values[i] ? 1 : 0;
  return { kind: "categorical", name, codes, categories: ["False", "True"] };
}

function textColumn(
  file: Hdf5File,
  path: string,
  name: string,
  mask: NumericArray | null,
  notes: string[],
): CategoricalColumn | null {
  const found = categoriesOf(file.text(path), MOST_CATEGORIES, mask ?? undefined);
  if (!found) {
    notes.push(
      `Column ${path} is left out: more than ${MOST_CATEGORIES.toLocaleString("en")} different texts are no label.`,
    );
    return null;
  }
  return { kind: "categorical", name, ...found };
}

/** Category names: text, or numbers and booleans as text, plain or with a mask. */
function labels(file: Hdf5File, path: string): string[] {
  const plain = file.kind(path) === "group" ? `${path}/values` : path;
  const element = file.element(plain);
  if (element === "text") return strings(file.text(plain));
  const values = file.numbers(plain);
  return Array.from(values, (v) => (element === "enum" ? (v ? "True" : "False") : String(v)));
}

/** All strings of a packed column; for columns of a few. */
export function strings(column: Utf8Column): string[] {
  return Array.from({ length: column.offsets.length - 1 }, (_, i) => stringAt(column, i));
}
