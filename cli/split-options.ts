import { LabError } from "../src/core/errors";
import { positionsMicrons, type Slice } from "../src/core/slice/slice";
import { defaultSplit, everySectionTested, splitCells } from "../src/core/study/annotation/split";
import { ROLE } from "../src/core/train/cell-roles";
import type { Arguments } from "./command";

/** Options that say which cells a run does not learn from. */
export const splitOptions = {
  validation: { type: "string" },
  "validation-share": { type: "string" },
  "test-sections": { type: "string" },
} as const;

export const splitUsage = "[--validation none|section|block [--validation-share P]] [--test-sections NAME,NAME]";

/** How a run's cells were divided, for its record. */
export interface SplitFacts {
  readonly validation: "none" | "section" | "block";
  readonly validationShare: number;
  readonly testSections: readonly string[];
  readonly nTrain: number;
  readonly nValidation: number;
  readonly nTest: number;
}

/**
 * The roles of a slice's cells that the options ask for; null where all cells train.
 *
 * @param fallback  what --validation is unless told; "auto" takes whole sections where three or more are to be had (one
 *   that trains is not a tissue), else blocks
 */
export function splitOf(
  args: Arguments,
  slice: Slice,
  { seed, fallback }: { readonly seed: number; readonly fallback: "none" | "auto" },
): { readonly roles: Uint8Array; readonly facts: SplitFacts } | null {
  const { names, codes } = slice.section;
  const testSections = args.names("test-sections");
  const test = testSections.map((name) => {
    const code = names.indexOf(name);
    if (code >= 0) return code;
    throw new LabError("missing", `The slice has no section "${name}".`, `It has ${names.join(", ")}.`);
  });
  if (test.length > 0 && names.every((name) => testSections.includes(name))) throw everySectionTested();
  const usual = fallback === "none" ? "none" : names.length - test.length >= 3 ? "section" : "block";
  const validation = args.choice("validation", ["none", "section", "block"], usual);
  const share = args.number("validation-share", { min: 0.01, max: 0.9 }, defaultSplit.validationShare);
  if (args.has("validation-share") && validation === "none")
    throw args.wrong("--validation-share belongs to --validation section or block");
  if (validation === "none" && test.length === 0) return null;
  const roles =
    validation === "none"
      ? Uint8Array.from(codes, (code) => (test.includes(code) ? ROLE.test : ROLE.train))
      : splitCells(
          { sections: codes, positions: positionsMicrons(slice) },
          { testSections: test, validation, validationShare: share, seed },
        );
  const count = (role: number): number => roles.reduce((n, r) => n + Number(r === role), 0);
  const facts = { validation, validationShare: validation === "none" ? 0 : share, testSections };
  return {
    roles,
    facts: { ...facts, nTrain: count(ROLE.train), nValidation: count(ROLE.validation), nTest: count(ROLE.test) },
  };
}
