/**
 * What went wrong, for the program to decide on. The message is for the person.
 *
 * - `format`     the bytes are not what they claim to be, or not a slice at all
 * - `missing`    something a slice or a step needs is absent (coordinates, a label, a graph)
 * - `range`      a setting or a value lies outside its bounds
 * - `shape`      two arrays that belong together differ in size
 * - `memory`     it would not fit
 * - `device`     the GPU or wasm backend failed, was lost, or is not to be had
 * - `cancelled`  the person stopped it
 * - `ambiguous`  several readings are possible and the person must choose
 * - `internal`   a bug of the lab
 */
export type LabErrorCode =
  | "format"
  | "missing"
  | "range"
  | "shape"
  | "memory"
  | "device"
  | "cancelled"
  | "ambiguous"
  | "internal";

/** An error a person can act on: `message` says what and where, `hint` what to do next. */
export class LabError extends Error {
  override readonly name = "LabError";

  constructor(
    readonly code: LabErrorCode,
    message: string,
    readonly hint = "",
    /** Technical detail, unfolded on request. */
    readonly detail = "",
  ) {
    super(message);
  }
}

/** Any thrown value as a LabError; unknown ones become `internal` with their stack as detail. */
export function toLabError(thrown: unknown): LabError {
  if (thrown instanceof LabError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new LabError(
    "internal",
    `Unexpected failure: ${error.message}`,
    "This is a fault of the lab, not of the data. The detail below helps to find it.",
    error.stack ?? "",
  );
}

/** Throws LabError("shape") unless `actual` equals `expected`; -1 matches any size. */
export function assertShape(name: string, actual: readonly number[], expected: readonly number[]): void {
  const same = actual.length === expected.length && expected.every((n, i) => n === -1 || n === actual[i]);
  if (!same) throw new LabError("shape", `${name}: expected shape [${expected}], got [${actual}].`);
}
