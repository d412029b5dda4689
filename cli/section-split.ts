import type { Collection } from "../src/core/collection/collection";
import { LabError } from "../src/core/errors";
import { heldOutSection, ofClasses } from "../src/core/study/annotation/held-out-section";
import {
  defaultSplit,
  everySectionTested,
  type SectionSplit,
  validationSections,
} from "../src/core/study/annotation/split";
import type { RunRecipe } from "../src/core/train/recipe";
import type { Arguments } from "./command";

/**
 * Sections to train, validate and test on as `splitOptions` ask: whole sections, a fifth of those that are not tested on
 * unless told otherwise or `fallback` is "none". `--test-by LABEL` tests on the section of least class imbalance by that label.
 */
export function sectionSplit(
  args: Arguments,
  { sections, labels }: Collection,
  { recipe, fallback }: { readonly recipe: Pick<RunRecipe, "seed" | "label">; readonly fallback: "none" | "auto" },
): SectionSplit {
  const { seed, label: learned } = recipe;
  const named = args.names("test-sections").map((name) => {
    const number = sections.findIndex((section) => section.name === name);
    if (number >= 0) return number;
    const some = sections.slice(0, 20).map((section) => section.name);
    throw new LabError(
      "missing",
      `There is no section "${name}".`,
      `There are ${some.join(", ")}${sections.length > some.length ? " …" : ""}.`,
    );
  });
  if (named.length > 0 && args.has("test-by")) throw args.wrong("--test-by and --test-sections exclude each other");
  const test = args.has("test-by") ? [byRule(args.text("test-by"))] : named;
  const others = sections.map((_, s) => s).filter((s) => !test.includes(s));
  const usual = fallback === "auto" && others.length >= 3 ? "section" : "none";
  const validation = args.choice("validation", ["none", "section"], usual);
  const share = args.number("validation-share", { min: 0.01, max: 0.9 }, defaultSplit.validationShare);
  if (others.length === 0) throw everySectionTested();
  const watched = validation === "none" ? [] : validationSections(others, { validationShare: share, seed });
  return { train: others.filter((s) => !watched.includes(s)), validation: watched, test };

  function byRule(name: string): number {
    const label = labels.find((one) => one.name === name);
    if (label) {
      const { categories, counts } = label;
      // the classes are those that are learned, where the run learns this label
      const leaveOut = learned?.name === name ? learned.leaveOut : undefined;
      const composition = { nSections: sections.length, nClasses: categories.length, counts };
      return heldOutSection(ofClasses(composition, categories, leaveOut));
    }
    const known = labels.map((one) => one.name).join(", ");
    throw new LabError("missing", `No section has a label "${name}".`, known && `There are ${known}.`);
  }
}
