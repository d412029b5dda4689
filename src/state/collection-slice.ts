import { LabError, toLabError } from "../core/errors";
import { nameFromFile } from "../core/io/file-name";
import type { CollectionState } from "./collection-state";
import { getThreads } from "./engine";
import { isDone, showSectionNetwork } from "./section-network";
import type { SliceCreator } from "./slice-creator";

/** What is kept in the browser's own storage, and what of it is shown. */
export const createCollectionSlice: SliceCreator<CollectionState> = (set, get) => {
  const fail = (title: string, thrown: unknown): void => {
    const error = toLabError(thrown);
    if (error.code !== "cancelled") set({ collectionError: { title, error } });
  };
  const show = (shown: CollectionState["shown"]): void => set({ shown, sectionCells: new Map() });

  return {
    collections: null,
    shown: null,
    collecting: null,
    collectionError: null,
    sectionCells: new Map(),
    dismissCollectionError: () => set({ collectionError: null }),
    async loadCollections() {
      if (get().collections !== null) return;
      try {
        const { data } = await getThreads();
        const found = await data("collections", null);
        // one that was collected meanwhile is among them
        set({ collections: found });
      } catch (thrown) {
        set({ collections: [] });
        fail("Kept collections were not found", thrown);
      }
    },
    showCollection(id) {
      const found = get().collections?.find((one) => one.id === id) ?? null;
      show(found);
      if (found) void get().loadCollectionRun(found.id);
    },
    async collect(files, options = {}) {
      if (files.length === 0) return;
      const name = collectionName(files);
      if (get().collecting) {
        const busy = new LabError("range", "Other files are being collected.", "Drop them again once that is done.");
        return fail(`${name} was not collected`, busy);
      }
      const abort = new AbortController();
      const working = { name, progress: null, cancel: () => abort.abort() };
      set({ collecting: working, collectionError: null, question: null });
      location.hash = "#sections";
      try {
        // what is kept for a person is not to be thrown out when the disk runs short; a browser may say no
        await navigator.storage?.persist?.().catch(() => false);
        const { data } = await getThreads();
        const kept = await data(
          "collect",
          { files, name, options },
          { signal: abort.signal, onProgress: (progress) => set({ collecting: { ...working, progress } }) },
        );
        set({ collections: [kept, ...(get().collections ?? []).filter(({ id }) => id !== kept.id)] });
        show(kept);
      } catch (thrown) {
        const error = toLabError(thrown);
        const file = files.find((one) => error.message.includes(one.name)) ?? files[0];
        if (error.code === "ambiguous") set({ question: { file, error, options, collect: files } });
        else fail(`${name} was not collected`, error);
      } finally {
        set({ collecting: null });
      }
    },
    async removeCollection(id) {
      try {
        const { data } = await getThreads();
        await data("removeCollection", { id });
        if (get().shown?.id === id) show(null);
        set({ collections: (get().collections ?? []).filter((one) => one.id !== id), collectionError: null });
      } catch (thrown) {
        fail("The collection was not deleted", thrown);
      }
    },
    async loadSectionCells(section) {
      const { shown } = get();
      if (!shown || get().sectionCells.has(section)) return;
      try {
        const { data } = await getThreads();
        const cells = await data("sectionCells", { id: shown.id, section });
        if (get().shown === shown) set({ sectionCells: new Map(get().sectionCells).set(section, cells) });
      } catch (thrown) {
        if (get().shown === shown) fail(`${shown.collection.sections[section].name} was not drawn`, thrown);
      }
    },
    async openSection(section) {
      const { shown } = get();
      if (!shown) return;
      const { slice: before, collectionRun: run } = get();
      location.hash = "#lab";
      await get().openKept(shown.id, section, shown.collection.sections[section].name);
      if (get().slice === before || run?.id !== shown.id || !isDone(run)) return;
      await showSectionNetwork(run, { name: shown.name, section }, { set, get });
    },
  };
};

/** "brain" for brain.h5ad, "a and 2 more" for several. */
function collectionName(files: readonly File[]): string {
  const first = nameFromFile(files[0].name);
  return files.length === 1 ? first : `${first} and ${files.length - 1} more`;
}
