import { LabError, toLabError } from "../core/errors";
import { readModel } from "../core/train/model-file";
import { learnsLabel } from "../core/train/run-cells";
import type { LabState } from "./lab-state";
import { loadNetwork } from "./load-network";
import { modelAmong } from "./model-files";
import { predictionWithScores } from "./network-prediction";
import { onSlice } from "./recipe-method";

/** Takes a model from files and shows what it says of the open slice; what is wrong with the files is said before anything is given up. */
export async function openModelFiles(
  { files, folder = null }: { readonly files: readonly File[]; readonly folder?: string | null },
  { set, get }: { readonly set: (part: Partial<LabState>) => void; readonly get: () => LabState },
): Promise<void> {
  set({ networkError: null });
  try {
    const { slice } = get();
    if (!slice) throw new LabError("missing", "There is no slice to ask a model about.", "Open a slice first.");
    const { name, bytes } = await modelAmong(files, folder);
    const { recipe, genes } = readModel(bytes, name);
    requireGenes(genes, slice.varNames, name);
    const { label } = get();
    set({ recipe: onSlice(recipe, slice, label) });
    await loadNetwork({ bytes, name }, { set, get }, ({ classes, probabilities, notes }) => {
      const about = { label: recipe.label?.name ?? "class", leaveOut: recipe.label?.leaveOut ?? [] };
      const prediction =
        classes && probabilities
          ? predictionWithScores({ classes, probabilities }, { ...about, epoch: recipe.epochs }, slice)
          : null;
      return {
        epoch: recipe.epochs,
        network: { origin: { kind: "file", name }, recipe, prediction, notes },
        ...(prediction && { prediction, colorBy: { kind: "prediction" }, colorFollows: true }),
        ...(slice.obs.some((column) => column.name === about.label) && { label: about.label }),
      };
    });
    if (get().network && !learnsLabel(recipe)) void get().analyse();
  } catch (thrown) {
    set({ networkError: { where: "model", error: toLabError(thrown) } });
  }
}

function requireGenes(genes: readonly string[] | null, own: readonly string[], name: string): void {
  if (!genes) return;
  const known = new Set(own);
  if (genes.some((gene) => known.has(gene))) return;
  throw new LabError(
    "range",
    `The slice has none of the ${genes.length} genes of ${name}, such as ${genes.slice(0, 3).join(", ")}.`,
    `Its own are called ${own.slice(0, 3).join(", ")}: open a slice of the same species with names of the same kind.`,
  );
}
