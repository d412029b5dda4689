import type { SectionCells } from "../../workers/collections";
import type { CollectionOutcome } from "../../workers/protocol";
import type { Progress } from "../../workers/rpc";
import type { KeptCollection } from "../core/collection/manifest";
import type { LabError } from "../core/errors";
import type { OpenOptions } from "../core/io/open-options";
import type { SectionSplit } from "../core/study/annotation/split";
import type { RunRecipe } from "../core/train/recipe";
import type { Working } from "./lab-state";

/** A run over the sections of a collection: the one under way, or the newest that is kept with the collection shown. */
export interface CollectionRun {
  /** Of the collection. */
  readonly id: string;
  readonly recipe: RunRecipe;
  readonly phase:
    | { readonly kind: "starting" | "running"; readonly progress: Progress | null }
    /** Its end was asked for; the step in hand goes first. */
    | { readonly kind: "ending" }
    | { readonly kind: "done"; readonly outcome: CollectionOutcome }
    /** It ended with its page, and its newest checkpoint is kept. */
    | { readonly kind: "interrupted" }
    | { readonly kind: "failed"; readonly error: LabError };
  /** After how many epochs it could be gone on with; null before the first checkpoint, "none" where there is no room for one. */
  readonly checkpoint: number | null | "none";
  /** Null until the first section is ready. */
  readonly split: SectionSplit | null;
  readonly nParameters: number | null;
  readonly backend: string | null;
  /** Number of the section of the newest step. */
  readonly section: number | null;
  /** One for each epoch that is done. */
  readonly losses: readonly number[];
  readonly validationLosses: readonly number[];
}

export interface CollectionRunState {
  readonly collectionRun: CollectionRun | null;
  /** Trains over the sections of the shown collection, beside the lab's own run. */
  trainCollection(recipe: RunRecipe, test: number | null): Promise<void>;
  /** Goes on with the run that was cut off, from its newest checkpoint. */
  resumeCollection(): Promise<void>;
  /** Gives a run up that was cut off; the one before it is shown again. */
  forgetInterrupted(): Promise<void>;
  /** Looks up what the newest run over a collection left, unless one is under way. */
  loadCollectionRun(id: string): Promise<void>;
  /** Ends the run after the step in hand, with what it learned; one that has not begun is given up. */
  stopCollection(): void;
  /** The network as a file that the command line goes on from. */
  saveCollectionModel(): void;
}

/** Collections: many sections in the browser's own storage, of which one at a time is opened. */
export interface CollectionState {
  /** Those that this browser keeps, newest first; null until they have been looked up. */
  readonly collections: readonly KeptCollection[] | null;
  /** The one whose sections are shown; null while those of the open slice are. */
  readonly shown: KeptCollection | null;
  readonly collecting: (Working & { readonly name: string }) | null;
  /** Why something asked of a collection could not be done. */
  readonly collectionError: { readonly title: string; readonly error: LabError } | null;
  /** Cells of the sections of the shown collection, as far as they were asked for, by number. */
  readonly sectionCells: ReadonlyMap<number, SectionCells>;
  loadCollections(): Promise<void>;
  showCollection(id: string | null): void;
  /** Divides files into sections and keeps them; the collection is then shown. */
  collect(files: readonly File[], options?: OpenOptions): Promise<void>;
  removeCollection(id: string): Promise<void>;
  /** Fetches the cells of a section of the shown collection. */
  loadSectionCells(section: number): Promise<void>;
  /** Opens one section of the shown collection in the lab, in place of the slice there, with the network that was trained over it. */
  openSection(section: number): Promise<void>;
  dismissCollectionError(): void;
}
