import { LabError } from "../errors";
import type { CountState } from "../slice/slice";

/** One matrix of a file that the expression could be read from. */
export interface MatrixChoice {
  /** What `OpenOptions.matrix` takes: "X", "layers/spliced", "raw/X". */
  readonly matrix: string;
  readonly nVars: number;
  /** What a sample of its values looks like. */
  readonly holds: CountState;
}

/**
 * Nothing in the file is certain to be counts, so the person must choose.
 * `choices` are plain objects: they survive a thread boundary and JSON. Open again with one of their `matrix`.
 */
export class AmbiguousSliceError extends LabError {
  constructor(
    message: string,
    hint: string,
    readonly choices: readonly MatrixChoice[],
  ) {
    super("ambiguous", message, hint, choices.map((c) => `${c.matrix}: ${c.nVars} genes, ${c.holds}`).join("\n"));
  }
}
