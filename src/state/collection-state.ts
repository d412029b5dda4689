import type { SectionCells } from "../../workers/collections";
import type { KeptCollection } from "../core/collection/manifest";
import type { LabError } from "../core/errors";
import type { OpenOptions } from "../core/io/open-options";
import type { Working } from "./lab-state";

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
  /** Opens one section of the shown collection in the lab, in place of the slice there. */
  openSection(section: number): Promise<void>;
  dismissCollectionError(): void;
}
