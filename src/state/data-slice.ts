import type { SliceInfo } from "../../workers/protocol";
import type { Progress } from "../../workers/rpc";
import { LabError, toLabError } from "../core/errors";
import type { OpenOptions } from "../core/io/open-slice";
import { isUnlabelled } from "../core/slice/unlabelled";
import { saveFile } from "./download";
import { getThreads } from "./engine";
import { chooseLabel, emptyAnalysis, emptyRun } from "./fresh";
import type { DataState, LabState } from "./lab-state";
import { onSlice } from "./recipe-method";
import type { SliceCreator } from "./slice-creator";

/** Several files above this part of the memory that a run may take would leave too little beside them as one slice. */
const LARGEST_SHARE = 4;
const bytesOf = (files: readonly File[]): number => files.reduce((n, { size }) => n + size, 0);

type Source = Parameters<Awaited<ReturnType<typeof getThreads>>["data"]>[1];

/** Step 1: which slice is open, which is being opened, and why the last one did not. */
export const createDataSlice: SliceCreator<DataState> = (set, get) => {
  let attempt = 0;

  const open = async (name: string, source: Source, file: File | null, options: OpenOptions): Promise<void> => {
    get().opening?.cancel();
    const mine = ++attempt;
    const abort = new AbortController();
    const working = (progress: Progress | null): Partial<LabState> => ({
      opening: { name, progress, cancel: () => abort.abort() },
    });
    set({ ...working(null), openError: null, question: null });
    try {
      const { data } = await getThreads();
      const info = (await data("open", source as never, {
        signal: abort.signal,
        onProgress: (progress) => mine === attempt && set(working(progress)),
      })) as SliceInfo;
      // a newer file overtook this one
      if (mine !== attempt) return void data("close", { sliceId: info.id });
      set({ opening: null });
      await show(info, get().slice);
    } catch (thrown) {
      if (mine !== attempt) return;
      const error = toLabError(thrown);
      if (error.code === "cancelled") set({ opening: null });
      else if (error.code === "ambiguous" && file) set({ opening: null, question: { file, error, options } });
      else set({ opening: null, openError: { name, error } });
    }
  };

  /** Puts `info` on the stage; what was there stays open once, so that undo can bring it back. */
  const show = async (info: SliceInfo, replaced: SliceInfo | null): Promise<void> => {
    const forgotten = get().replaced;
    if (forgotten && forgotten !== info && forgotten !== replaced) {
      const { data } = await getThreads();
      void data("close", { sliceId: forgotten.id });
    }
    await get().reset();
    const label = chooseLabel(info);
    const classes = info.obs.find((c) => c.name === label);
    const k = classes?.kind === "categorical" ? classes.categories.filter((c) => !isUnlabelled(c)).length : 0;
    set({
      slice: info,
      replaced,
      // with a label to compare with, as many clusters as it has classes say more than a fixed resolution
      clusterRequest:
        k >= 2 && k <= 60 ? { method: "leiden-to-k", k, seed: 0 } : { method: "leiden", resolution: 1, seed: 0 },
      graph: { kind: "none" },
      ...emptyRun,
      ...emptyAnalysis,
      label,
      recipe: onSlice(get().recipe, info, label),
      colorBy: label ? { kind: "obs", name: label } : { kind: "section" },
      colorFollows: true,
      geneCounts: null,
      muted: {},
      hovered: null,
      hoveredRecord: null,
      selected: null,
      selectedRecord: null,
      neighbours: null,
      attention: null,
      rebuilt: null,
    });
    await get().buildGraph(get().recipe.graph);
  };

  return {
    slice: null,
    opening: null,
    openError: null,
    question: null,
    replaced: null,
    openFile: (file, options = {}) => open(file.name, { kind: "file", file, options } as never, file, options),
    async openFiles(files) {
      if (files.length === 1) await get().openFile(files[0]);
      else if (bytesOf(files) > get().memoryLimit / LARGEST_SHARE) await get().collect(files);
      else if (files.length > 1) {
        const name = files.map((file) => file.name).join(", ");
        await open(name, { kind: "files", files, options: {} } as never, null, {});
      }
    },
    openServed: (url, name) => open(name, { kind: "url", url, name, options: {} } as never, null, {}),
    openKept: (collection, section, name) => open(name, { kind: "section", collection, section } as never, null, {}),
    openSimulated: (options) => open(`simulated ${options.tissue}`, { kind: "simulate", options } as never, null, {}),
    async answerQuestion(options) {
      const { question } = get();
      if (!question) return;
      const all = { ...question.options, ...options };
      await (question.collect ? get().collect(question.collect, all) : get().openFile(question.file, all));
    },
    dismissQuestion: () => set({ question: null }),
    dismissOpenError: () => set({ openError: null }),
    async undoReplace() {
      const { replaced, slice } = get();
      if (replaced) await show(replaced, slice);
    },
    async setUnit(unit) {
      const { slice } = get();
      if (!slice) return;
      if (!(unit.micronsPerUnit > 0) || !Number.isFinite(unit.micronsPerUnit)) {
        throw new LabError("range", `µm per unit: expected a positive number, got ${unit.micronsPerUnit}.`);
      }
      const { data } = await getThreads();
      const info = await data("setUnit", { sliceId: slice.id, unit });
      set({ slice: info });
      await get().buildGraph(get().recipe.graph);
    },
    async exportArrow() {
      const { slice } = get();
      if (!slice) return;
      set({ actionError: null });
      try {
        const { data } = await getThreads();
        const { bytes } = await data("exportArrow", { sliceId: slice.id });
        saveFile(`${slice.name}.arrow`, bytes, "application/vnd.apache.arrow.file");
      } catch (thrown) {
        set({ actionError: { where: "slice", error: toLabError(thrown) } });
      }
    },
  };
};
