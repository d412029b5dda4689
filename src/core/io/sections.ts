import { LabError } from "../errors";
import { categoriesOfNumbers, codeArray, narrowCodes } from "../slice/columns";
import type { ObsColumn, Slice } from "../slice/slice";
import { SECTION_COLUMNS } from "./coordinate-columns";

const MOST_SECTIONS = 10_000;

/**
 * The section of each cell: of the column `wanted`, else of the first label column named like one,
 * else one section named after the slice. Cells without a value form a section of their own, "unassigned".
 * @throws LabError("missing") if `wanted` is no column that could name sections
 */
export function sectionsOf(
  obs: readonly ObsColumn[],
  wanted: string | undefined,
  sliceName: string,
  nObs: number,
): Slice["section"] {
  if (wanted === undefined) {
    const labels = obs.filter((column) => column.kind === "categorical");
    for (const name of SECTION_COLUMNS) {
      const found = labels.find((column) => column.name === name);
      if (found) return assigned(found.codes, found.categories);
    }
    return { codes: codeArray(nObs, 1), names: [sliceName] };
  }
  const column = obs.find(({ name }) => name === wanted);
  if (column?.kind === "categorical") return assigned(column.codes, column.categories);
  const numbered = column && categoriesOfNumbers(column.values, MOST_SECTIONS);
  if (numbered) return assigned(numbered.codes, numbered.categories);
  throw new LabError(
    "missing",
    `There is no obs column ${wanted} that could name sections.`,
    `Choose one of: ${obs.map(({ name }) => name).join(", ") || "the file has no columns"}.`,
  );
}

/** Only sections that have cells, so that nobody draws or trains an empty one. */
function assigned(codes: Slice["section"]["codes"], categories: readonly string[]): Slice["section"] {
  const cells = new Uint32Array(categories.length + 1); // the last: without a value
  for (let i = 0; i < codes.length; i++) cells[codes[i] < 0 ? categories.length : codes[i]]++;
  const names = [...categories, "unassigned"];
  if (cells.every((n, code) => n > 0 || code === categories.length) && cells[categories.length] === 0)
    return { codes, names: categories };

  const kept = names.map((_, code) => code).filter((code) => cells[code] > 0);
  const rank = new Map(kept.map((code, at) => [code, at]));
  const recoded = Int32Array.from(codes, (c) => rank.get(c < 0 ? categories.length : c)!);
  return { codes: narrowCodes(recoded, kept.length), names: kept.map((code) => names[code]) };
}
