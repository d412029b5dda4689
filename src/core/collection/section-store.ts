import type { ByteSource } from "../io/byte-source";

/** A file that is read in place until it is closed. */
export type OpenSource = ByteSource & { close(): void };

/** Where the sections of a collection lie: one Arrow file each. A folder in Node, the page's own file system in a browser. */
export interface SectionStore {
  /** Names of the files, in the order of the collection. */
  readonly files: readonly string[];
  open(file: string): Promise<OpenSource>;
}

/** A store that sections can be written to. */
export interface SectionFolder {
  /** A new file, in place of one of the same name. Several can be written in turn. */
  create(file: string): Promise<SectionFile>;
}

export interface SectionFile {
  /** The next bytes of the file; they are only valid during the call. */
  write(bytes: Uint8Array): void;
  /** The file is whole: from here on it can be opened. */
  finish(): Promise<void>;
  /** Nothing is left of the file. */
  abandon(): Promise<void>;
}
