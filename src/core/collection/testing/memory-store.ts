import { writeArrow } from "../../io/arrow";
import { memorySource } from "../../io/byte-source";
import type { Slice } from "../../slice/slice";
import type { SectionFolder, SectionStore } from "../section-store";

/** A store in memory that counts how many files are open at once, as Node's folder and the page's cannot. */
export function memoryStore(slices: Readonly<Record<string, Slice>> = {}) {
  const files = new Map(Object.entries(slices).map(([name, slice]) => [name, writeArrow(slice) as Uint8Array]));
  const use = { open: 0, mostOpen: 0, reads: 0, unfinished: 0 };
  const store: SectionStore & SectionFolder = {
    get files() {
      return [...files.keys()];
    },
    async open(file) {
      const bytes = files.get(file);
      if (!bytes) throw new Error(`no file ${file}`);
      use.reads++;
      use.mostOpen = Math.max(use.mostOpen, ++use.open);
      // a copy, as a file read anew is one
      return { ...memorySource(file, bytes.slice()), close: () => void use.open-- };
    },
    async create(file) {
      const pieces: Uint8Array[] = [];
      use.unfinished++;
      return {
        write: (bytes) => void pieces.push(bytes.slice()),
        async finish() {
          use.unfinished--;
          const whole = new Uint8Array(pieces.reduce((n, piece) => n + piece.length, 0));
          pieces.reduce((at, piece) => {
            whole.set(piece, at);
            return at + piece.length;
          }, 0);
          files.set(file, whole);
        },
        async abandon() {
          use.unfinished--;
        },
      };
    },
  };
  return { store, use };
}
