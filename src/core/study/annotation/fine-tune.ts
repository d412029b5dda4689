import type { Backend } from "../../backend/backend";
import { holdOutMask } from "../../cluster/hold-out";
import { LabError } from "../../errors";
import type { SpatialGraph } from "../../graph/spatial-graph";
import type { NamedArray } from "../../nn/tensors";
import type { PreprocessStatistics } from "../../preprocess/statistics";
import type { CellLabels, LabelRecipe } from "../../slice/cell-labels";
import { positionsMicrons, type Slice } from "../../slice/slice";
import { labelCodes } from "../../slice/unlabelled";
import { type Task, throwIfCancelled } from "../../task";
import { ROLE } from "../../train/cell-roles";
import type { ModelReader } from "../../train/model-reader";
import type { RunRecipe } from "../../train/recipe";
import { type Trained, type TrainedSoFar, trainToEnd } from "../../train/train-to-end";
import { createTrainer, type Trainer } from "../../train/trainer";
import { type ExpressionRows, expressionRows } from "../baselines/expression-rows";
import { type Annotation, type AnnotationScores, scoreAnnotation } from "./annotation";
import { drawLabels, type LabelFraction } from "./label-fraction";
import type { LinearReader } from "./linear-reader";
import { labelColumn } from "./prepare-annotation";
import { joinedVerdict, learnReader } from "./reader-verdict";
import { knownLabels, ofCells } from "./run-one";

/** Cells that are kept from learning, to be scored: blocks of the tissue, or whole sections. Never single cells (split.ts). */
export type HeldOutCells =
  | { readonly kind: "block"; readonly share: number }
  | { readonly kind: "section"; readonly names: readonly string[] };

/** Which cells a network learns from, and which it is scored on. Plain JSON. */
export interface FineTuneChoice {
  readonly heldOut: HeldOutCells;
  /** Of the labels outside the held-out cells. */
  readonly fraction: LabelFraction;
  readonly seed: number;
}

/** Which labels a network may know. */
export interface DrawnLabels {
  /** What the network may know: the drawn labels, with the classes that occur among them. */
  readonly labels: CellLabels;
  /** Codes of those classes in the slice's own column. */
  readonly classes: readonly number[];
  readonly codes: Int32Array; // (nObs,), of the slice's own column, -1 = unlabelled
  readonly categories: readonly string[];
  readonly drawn: Uint32Array;
}

interface FineTuneCells extends DrawnLabels {
  readonly roles: Uint8Array; // (nObs,)
  readonly testCells: Uint32Array;
}

/**
 * @throws LabError("missing") if the slice lacks the label or a section, or no labelled cell is left to learn from or to score
 */
export function fineTuneCells(
  slice: Slice,
  { name, leaveOut }: LabelRecipe,
  { heldOut, fraction, seed }: FineTuneChoice,
): FineTuneCells {
  const codes = labelCodes(labelColumn(slice, name), leaveOut);
  const held = heldOutMask(slice, heldOut, seed);
  const testCells = Uint32Array.from(held.keys()).filter((i) => held[i] === 1);
  const trainable = held.map((is) => 1 - is);
  const has = (mask: Uint8Array): boolean => codes.some((code, i) => code >= 0 && mask[i] === 1);
  if (!has(trainable) || !has(held))
    throw new LabError(
      "missing",
      `No cell ${has(held) ? "outside" : "among"} those that are held out has a ${name}.`,
      "Hold out other cells, or choose another label.",
    );
  const roles = Uint8Array.from(held, (is) => (is ? ROLE.test : ROLE.train));
  return { ...drawnLabels(slice, { name, leaveOut }, { roles, fraction, seed }), testCells, roles };
}

/**
 * The labels that may be known of a slice: a part of those outside the cells to test on, all others hidden. A class of which
 * none is drawn is not learned.
 *
 * @param roles  a ROLE of each cell, null where all train
 * @throws LabError("missing") if the slice lacks the label, or no cell that may be learned from has it
 */
export function drawnLabels(
  slice: Slice,
  { name, leaveOut }: LabelRecipe,
  {
    roles,
    fraction,
    seed,
  }: { readonly roles: Uint8Array | null; readonly fraction: LabelFraction; readonly seed: number },
): DrawnLabels {
  const column = labelColumn(slice, name);
  const codes = labelCodes(column, leaveOut);
  const trainable = Uint8Array.from(codes, (_, i) => Number(roles?.[i] !== ROLE.test));
  const drawn = drawLabels(codes, { trainable, sectionCodes: slice.section.codes, fraction, seed });
  if (drawn.length === 0)
    throw new LabError(
      "missing",
      `No cell that may be learned from has a ${name}.`,
      "Test on other sections, or choose another label.",
    );
  const { categories } = column;
  return { ...knownLabels({ codes, categories }, name, drawn), codes, categories, drawn };
}

/** What stands beside a network that has learned those labels. @param all  whether it learns from all other cells too */
export function readerBeside(
  slice: Slice,
  { codes, drawn, classes }: DrawnLabels,
  { settings, all }: { readonly settings: LinearReader; readonly all: boolean },
  task: Task,
): { readonly reader: ModelReader; readonly features: ExpressionRows } {
  const features = expressionRows(slice, null);
  const known = new Set(drawn);
  const unlabelled = all ? Uint32Array.from(codes.keys()).filter((i) => !known.has(i)) : null;
  return { reader: learnReader({ features, codes, drawn, unlabelled }, classes, settings, task), features };
}

function heldOutMask(slice: Slice, heldOut: HeldOutCells, seed: number): Uint8Array {
  const { codes, names } = slice.section;
  switch (heldOut.kind) {
    case "section": {
      const absent = heldOut.names.find((name) => !names.includes(name));
      if (absent !== undefined)
        throw new LabError(
          "missing",
          `${slice.name} has no section "${absent}".`,
          `Its sections are ${names.join(", ")}.`,
        );
      return Uint8Array.from(codes, (code) => Number(heldOut.names.includes(names[code])));
    }
    case "block": {
      const every = new Int8Array(slice.nObs);
      const positions = positionsMicrons(slice);
      return holdOutMask(every, { split: "block", holdOut: heldOut.share, seed, sectionCodes: codes, positions });
    }
    default:
      return heldOut satisfies never;
  }
}

export interface FineTuneInput {
  readonly slice: Slice;
  readonly graph: SpatialGraph;
  /** A recipe that learns a label (train/fine-tune-recipe.ts). */
  readonly recipe: RunRecipe;
  readonly backend: Backend;
  readonly choice: FineTuneChoice;
  /** Arrays of the pretrained network, whose encoder is taken; null from scratch. */
  readonly from: readonly NamedArray[] | null;
  /** Joined to the network's verdict; null for the network alone. After pretraining it learns from cells without a label too. */
  readonly reader: LinearReader | null;
  /** Of the pretraining's slice, where it was another one. */
  readonly statistics?: PreprocessStatistics;
}

export type NetworkScores = Pick<AnnotationScores, "f1Micro" | "f1Macro">;

export interface FineTuned {
  /** The caller's to dispose of. */
  readonly trainer: Trainer;
  readonly trained: Trained;
  /** Joined where there is a reader. */
  readonly probabilities: Float32Array; // (nObs, classes of the trainer)
  readonly reader: ModelReader | null;
  readonly heldOut: Uint8Array; // (nObs,), 1 = held out
  readonly scores: AnnotationScores;
  /** What the network scored without the reader; null where there is none. */
  readonly networkAlone: NetworkScores | null;
  readonly nLabels: number;
}

export interface FineTuneTurns {
  /** Each use of the device goes through it, so that others may have theirs between two steps. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly breathe: (soFar: TrainedSoFar) => Promise<void>;
}

/**
 * Learns a label on one slice and scores the cells that were held out, each labelled one once.
 *
 * @throws LabError as `fineTuneCells` and `createTrainer`; LabError("cancelled") where the person stopped it: the network of a
 *   part of its epochs is not what was asked for
 */
export async function fineTune(
  { choice, from, reader: settings, ...input }: FineTuneInput,
  { turn, breathe }: FineTuneTurns,
  task: Task,
): Promise<FineTuned> {
  const { slice, recipe, backend } = input;
  if (!recipe.label) throw new LabError("missing", "Fine-tuning needs a label to learn.", "Choose a label.");
  const cells = fineTuneCells(slice, recipe.label, choice);
  const { labels, roles, classes, testCells, drawn } = cells;
  const trainer = await turn(() => createTrainer({ ...input, labels, roles }, task));
  try {
    if (from) trainer.transfer(from);
    const inTurns = {
      recipe,
      nBatches: trainer.nBatches,
      step: () => turn(() => trainer.step()),
      validate: () => turn(() => trainer.validate()),
      snapshot: () => trainer.snapshot(),
    };
    const trained = await trainToEnd(inTurns, { lost: backend.lost, breathe }, task);
    throwIfCancelled(task, "Fine-tuning");
    const probability = await turn(() => trainer.predict());
    if (!probability) throw new LabError("internal", "The network predicts no classes.");
    const network = { classes, cells: Uint32Array.from(roles.keys()), probability };
    const beside = settings && readerBeside(slice, cells, { settings, all: from !== null }, task);
    const verdict = beside ? joinedVerdict(network, beside.reader, beside.features) : network;
    const scoresOf = (of: Annotation) => scoreAnnotation(ofCells(of, testCells), { ...cells, train: drawn });
    return {
      ...{ trainer, trained, probabilities: verdict.probability, reader: beside?.reader ?? null },
      heldOut: roles.map((role) => Number(role === ROLE.test)),
      scores: scoresOf(verdict),
      networkAlone: beside && networkScores(scoresOf(network)),
      nLabels: drawn.length,
    };
  } catch (thrown) {
    trainer.dispose();
    throw thrown;
  }
}

export const networkScores = ({ f1Micro, f1Macro }: AnnotationScores): NetworkScores => ({ f1Micro, f1Macro });
