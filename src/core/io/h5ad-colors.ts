import type { CategoricalColumn } from "../slice/slice";
import { strings } from "./h5ad-dataframe";
import type { Hdf5File } from "./hdf5-file";

/** The column with the palette of `uns['<name>_colors']`, where the file has one that fits. */
export function withColors(file: Hdf5File, column: CategoricalColumn, notes: string[]): CategoricalColumn {
  const path = `uns/${column.name}_colors`;
  if (file.kind(path) !== "dataset") return column;
  const colors = readColors(file, path);
  if (colors.length < column.categories.length || !colors.every((c) => c !== null)) {
    notes.push(`${path} is left out: it does not give one "#rrggbb" per category.`);
    return column;
  }
  return { ...column, colors: (colors as string[]).slice(0, column.categories.length) };
}

/** "#rrggbb" per entry, null where it is written in another way. Alpha is dropped. */
function readColors(file: Hdf5File, path: string): (string | null)[] {
  if (file.element(path) === "text")
    return strings(file.text(path)).map((c) =>
      /^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(c) ? c.slice(0, 7).toLowerCase() : null,
    );
  if (file.element(path) !== "number") return [];
  const [n, channels = 0] = file.shape(path);
  if (channels < 3) return [];
  const values = file.numbers(path);
  return Array.from({ length: n }, (_, i) => {
    const rgb = [0, 1, 2].map((c) => Math.round(Math.min(1, Math.max(0, values[channels * i + c])) * 255));
    return `#${rgb.map((v) => v.toString(16).padStart(2, "0")).join("")}`;
  });
}
