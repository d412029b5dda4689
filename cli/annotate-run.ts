import { LabError } from "../src/core/errors";
import type { CellLabels } from "../src/core/slice/cell-labels";
import type { Slice } from "../src/core/slice/slice";
import { type Annotation, type AnnotationScores, scoreAnnotation } from "../src/core/study/annotation/annotation";
import { drawnLabels, type NetworkScores, networkScores, readerBeside } from "../src/core/study/annotation/fine-tune";
import type { LabelFraction } from "../src/core/study/annotation/label-fraction";
import type { LinearReader } from "../src/core/study/annotation/linear-reader";
import { joinedVerdict } from "../src/core/study/annotation/reader-verdict";
import { ofCells } from "../src/core/study/annotation/run-one";
import type { Task } from "../src/core/task";
import { ROLE } from "../src/core/train/cell-roles";
import type { ModelReader } from "../src/core/train/model-reader";
import type { RunRecipe } from "../src/core/train/recipe";
import type { Trainer } from "../src/core/train/trainer";

/** What is asked of a run that learns a label, beside its recipe. */
export interface AnnotationWish {
  readonly fraction: LabelFraction;
  /** Joined to the network's verdict; `all` lets it learn from cells without a label too. Null for the network alone. */
  readonly reader: { readonly settings: LinearReader; readonly all: boolean } | null;
}

/** For the record of the run. */
export interface AnnotationFacts {
  readonly nLabels: number;
  readonly reader: (LinearReader & { readonly selfTrained: boolean }) | null;
  /** Of the cells that are tested on, where there are any with the label. */
  readonly scores?: AnnotationScores;
  readonly networkAlone?: NetworkScores;
}

interface RunVerdict {
  readonly reader: ModelReader | null;
  readonly facts: AnnotationFacts;
  /** What is printed. */
  readonly told: object;
}

/**
 * The labels of a run, drawn as by a study of the same seed, and what it comes to: the reader that goes with the network,
 * and scores on the cells that are tested on, each labelled one once.
 *
 * @throws as `drawnLabels`; LabError("range") if the labels that may be known are of fewer than two classes
 */
export function annotationOf(
  slice: Slice,
  { label, seed }: RunRecipe,
  { fraction, reader: wanted, roles }: AnnotationWish & { readonly roles: Uint8Array | null },
): { readonly labels: CellLabels; verdict(trainer: Trainer, task: Task): Promise<RunVerdict> } {
  if (!label) throw new LabError("internal", "A run that learns a label names none.");
  const known = drawnLabels(slice, label, { roles, fraction, seed });
  const { labels, classes, codes, drawn } = known;
  if (classes.length < 2)
    throw new LabError(
      "range",
      `The cells that may be learned from have one ${label.name} alone, ${labels.classes[0]}: there is nothing to tell apart.`,
      "Test on other sections, or choose another label.",
    );
  const testCells = Uint32Array.from(codes.keys()).filter((i) => roles?.[i] === ROLE.test);
  return {
    labels,
    async verdict(trainer, task) {
      const beside = wanted && readerBeside(slice, known, wanted, task);
      const about = beside && wanted ? { ...wanted.settings, selfTrained: wanted.all } : null;
      const facts = { nLabels: drawn.length, reader: about };
      const [reader, readerTold] = [beside?.reader ?? null, about && { share: about.share, selfTrained: wanted?.all }];
      const told = { nLabels: drawn.length, reader: readerTold };
      if (!testCells.some((i) => codes[i] >= 0)) return { reader, facts, told };
      const probability = await trainer.predict();
      if (!probability) throw new LabError("internal", "The network predicts no classes.");
      const network = ofCells({ classes, probability }, testCells);
      const train = drawn.filter((i) => !roles || roles[i] === ROLE.train);
      const scoresOf = (of: Annotation): AnnotationScores => scoreAnnotation(of, { ...known, train });
      const scores = scoresOf(beside ? joinedVerdict(network, beside.reader, beside.features) : network);
      const alone = beside ? { networkAlone: networkScores(scoresOf(network)) } : {};
      const { nScored, f1Micro, f1Macro } = scores;
      return { reader, facts: { ...facts, scores, ...alone }, told: { ...told, nScored, f1Micro, f1Macro, ...alone } };
    },
  };
}
