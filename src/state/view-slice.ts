import { toLabError } from "../core/errors";
import { getThreads } from "./engine";
import { coloringKey, type ViewState } from "./lab-state";
import type { SliceCreator } from "./slice-creator";

/** What is looked at: colours, the hovered and the selected cell. */
export const createViewSlice: SliceCreator<ViewState> = (set, get) => {
  const mute = (change: (muted: ReadonlySet<number>) => ReadonlySet<number>): void => {
    const { muted, colorBy } = get();
    const key = coloringKey(colorBy);
    set({ muted: { ...muted, [key]: change(muted[key] ?? new Set()) } });
  };

  const loadGene = async (gene: number): Promise<void> => {
    const { slice } = get();
    if (!slice) return;
    set({ geneLoading: true });
    const { data } = await getThreads();
    const { counts } = await data("gene", { sliceId: slice.id, gene });
    const { colorBy } = get();
    // the person may have gone on to another gene or slice meanwhile
    if (get().slice?.id === slice.id && colorBy.kind === "gene" && colorBy.gene === gene) {
      set({ geneCounts: { gene, counts }, geneLoading: false });
    }
  };

  const record = async (cell: number) => {
    const { slice } = get();
    if (!slice) return null;
    const { data } = await getThreads();
    return data("cell", { sliceId: slice.id, cell });
  };

  const explain = async (cell: number): Promise<void> => {
    const { graph, slice } = get();
    const still = (): boolean => get().selected === cell && get().slice?.id === slice?.id;
    const { graph: graphThread, engine } = await getThreads();
    if (graph.kind === "ready") {
      const neighbours = await graphThread("neighbourhood", { graphId: graph.graphId, cell, hops: 1 });
      if (still()) set({ neighbours });
    }
    if (get().embeddingEpoch() === null) return;
    const [attention, { expression }] = await Promise.all([engine("attention", { cell }), engine("rebuilt", { cell })]);
    if (still()) set({ attention, rebuilt: expression });
  };

  return {
    theme: "dark",
    screen: "lab",
    colorBy: { kind: "section" },
    colorFollows: true,
    actionError: null,
    dismissActionError: () => set({ actionError: null }),
    geneCounts: null,
    geneLoading: false,
    muted: {},
    stage: "tissue",
    hovered: null,
    hoveredRecord: null,
    selected: null,
    selectedRecord: null,
    neighbours: null,
    attention: null,
    rebuilt: null,
    setTheme: (theme) => set({ theme }),
    setScreen: (screen) => set({ screen }),
    setColorBy(colorBy) {
      set({ colorBy, colorFollows: false, actionError: null });
      if (colorBy.kind === "gene" && get().geneCounts?.gene !== colorBy.gene) {
        loadGene(colorBy.gene).catch((thrown) =>
          set({ geneLoading: false, actionError: { where: "color", error: toLabError(thrown) } }),
        );
      }
    },
    toggleCategory: (category) =>
      mute((muted) => {
        const next = new Set(muted);
        if (!next.delete(category)) next.add(category);
        return next;
      }),
    soloCategory: (category) =>
      mute((muted) => {
        const n = categoriesOf(get());
        const others = Array.from({ length: n }, (_, i) => i).filter((i) => i !== category);
        // a second solo on the same category brings the others back
        const alone = !muted.has(category) && others.every((i) => muted.has(i));
        return new Set(alone ? [] : others);
      }),
    showAllCategories: () => mute(() => new Set()),
    setStage: (stage) => set({ stage }),
    hover(cell) {
      if (cell === get().hovered) return;
      set({ hovered: cell, hoveredRecord: null });
      if (cell === null) return;
      void record(cell).then((found) => {
        if (get().hovered === cell) set({ hoveredRecord: found });
      });
    },
    select(cell) {
      set({ selected: cell, selectedRecord: null, neighbours: null, attention: null, rebuilt: null });
      if (cell === null) return;
      void record(cell).then((found) => {
        if (get().selected === cell) set({ selectedRecord: found });
      });
      // a graph or model that goes away meanwhile leaves the inspector without these parts, nothing more
      explain(cell).catch(() => {});
    },
    async selectByName(name) {
      const { slice } = get();
      if (!slice) return false;
      const { data } = await getThreads();
      const { cell } = await data("findCell", { sliceId: slice.id, name });
      if (cell < 0) return false;
      get().select(cell);
      return true;
    },
  };
};

/** Number of categories of the present colouring. */
function categoriesOf(state: ReturnType<Parameters<SliceCreator<ViewState>>[1]>): number {
  const { colorBy, slice, clusters, prediction } = state;
  switch (colorBy.kind) {
    case "obs": {
      const column = slice?.obs.find((c) => c.name === colorBy.name);
      return column?.kind === "categorical" ? column.categories.length : 0;
    }
    case "section":
      return slice?.section.names.length ?? 0;
    case "cluster":
      return clusters?.nClusters ?? 0;
    case "prediction":
      return prediction?.categories.length ?? 0;
    case "errors":
      return 2;
    case "gene":
    case "embedding":
    case "loss":
      return 0;
    default:
      return colorBy satisfies never;
  }
}
