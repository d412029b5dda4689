import { LabError } from "../errors";
import { AmbiguousSliceError, type MatrixChoice } from "./ambiguous-slice";
import { type MatrixElement, matrixElement, sampleState } from "./h5ad-matrix";
import type { Hdf5File } from "./hdf5-file";

/**
 * The element the expression is read from: `wanted`, else X if it holds counts, else layers/counts, else raw/X.
 *
 * @throws AmbiguousSliceError if none of them is counts, with every matrix that could be chosen
 * @throws LabError("missing") if there is no matrix at all, or not the one that was asked for
 */
export function chooseMatrix(file: Hdf5File, wanted: string | undefined, notes: string[]): MatrixElement {
  const layers = file.keys("layers").map((name) => `layers/${name}`);
  const elements = ["X", "layers/counts", "raw/X", ...layers.filter((path) => path !== "layers/counts")]
    .map((path) => matrixElement(file, path))
    .filter((element) => element !== null);

  if (wanted !== undefined) {
    const found = elements.find((element) => element.path === wanted);
    if (found) return found;
    const have = elements.map((element) => element.path).join(", ") || "none";
    throw new LabError("missing", `${file.name} has no matrix ${wanted}.`, `Choose one of: ${have}.`);
  }
  if (elements.length === 0)
    throw new LabError(
      "missing",
      `${file.name} is an HDF5 file without an expression matrix X; it holds ${file.keys("/").join(", ") || "nothing"}.`,
      "The lab opens AnnData files (.h5ad); read this file with scanpy and save it with write_h5ad.",
    );

  const sampled = elements.map((element) => ({ element, ...sampleState(file, element) }));
  const counts = ["X", "layers/counts", "raw/X"]
    .map((path) => sampled.find(({ element }) => element.path === path))
    .find((s) => s?.state === "counts");
  if (counts) {
    if (counts.element.path !== "X")
      notes.push(
        `Counts are read from ${counts.element.path}, since ${sampled[0].element.path === "X" ? "X does not hold counts" : "there is no X"}.`,
      );
    return counts.element;
  }

  const possible = sampled.filter((s) => !s.negative);
  if (possible.length === 0)
    throw new LabError(
      "range",
      `${file.name}: ${sampled.map((s) => s.element.path).join(" and ")} ${sampled.length > 1 ? "hold" : "holds"} negative values, and there are no counts beside.`,
      "Scaled or corrected expression cannot stand for counts; save the raw counts in layers['counts'].",
    );
  const choices: MatrixChoice[] = possible.map(({ element, state }) => ({
    matrix: element.path,
    nVars: element.nVars,
    holds: state,
  }));
  throw new AmbiguousSliceError(
    `${file.name}: X does not hold counts, and neither layers['counts'] nor raw does.`,
    "Choose the matrix to read. Methods that need counts will say so when it holds something else.",
    choices,
  );
}
